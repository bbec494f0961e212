import BenchmarkKit
import EphemeralServers
import FoundationEssentials

/// What a command needs on which servers.
struct SessionRequest: Sendable {
  var targets: [KnownTarget]
  var servers: ServerOptions
  /// Whether `bulk-load` needs a second place on each server.
  var needsScratch = false
  /// By target, those of all its stores that are open at the same time.
  var connections: [Int]
  /// Whether all targets are used at the same time, rather than one after the other.
  var isSimultaneous = false
  /// Whether something is timed, so that the servers have to be as durable as was asked for.
  var isTimed = true
  /// Of each throwaway server, in MiB; `nil` for what they have by default.
  var serverCache: Int?
  /// Whether client and servers are kept on processors of their own.
  var isPinned = false

  /// Whether everything runs where this program does.
  var isOneMachine: Bool { targets.allSatisfy(isHere) }

  /// The processors of each, where they are to be kept apart.
  ///
  /// - Throws: ``BenchmarkFailure`` where that can't be: a server of the user's is not for us to pin.
  func pinning() throws(BenchmarkFailure) -> Pinning? {
    guard isPinned else { return nil }
    if let own = targets.first(where: { servers.url(for: $0.name) != nil }) {
      throw BenchmarkFailure(
        .usage,
        "--pin is for throwaway servers, and \(own.displayName) is yours; pin it and dbbench yourself, with taskset."
      )
    }
    return try Pinning.halves()
  }

  /// Whether this target's server runs where this program does.
  func isHere(_ known: KnownTarget) -> Bool {
    guard let url = servers.url(for: known.name) else { return true }
    return ServerAddress(url).isThisMachine
  }
}

/// A target on a server that runs.
struct PlacedTarget: Sendable {
  let target: any BenchmarkTarget
  /// Another place on the same server, for whole loads.
  let scratch: (any BenchmarkTarget)?
  /// What the places are called there.
  let schema: String
  let url: String
  let isThrowaway: Bool

  static let scratchSuffix = "_load"
}

/// The servers of one command and the places on them; puts everything away at the end, whatever happens.
struct Session: Sendable {
  let places: [PlacedTarget]
  private let servers: EphemeralServers?
  private let pinning: Pinning?

  /// A folder for large files that belong to the run: that of the throwaway servers, which goes with them, if there are
  /// any.
  var temporaryFolder: String { servers?.directory ?? FileManager.default.temporaryDirectory.path }

  /// Where throwaway servers keep their data; `nil` without any.
  var directory: String? { servers?.directory }
  var fileSystemType: String? { servers?.fileSystemType }

  /// The first process of a throwaway server.
  func processID(_ kind: ServerKind) -> Int32? { servers?[kind]?.pid }

  /// The first process of each target's server, where it is a throwaway one.
  func serverProcesses(_ request: SessionRequest) -> [Int32?] {
    zip(request.targets, places).map { known, place in
      place.isThrowaway ? known.server.flatMap(processID) : nil
    }
  }

  /// Stops a throwaway server with SIGSTOP.
  func pause(_ kind: ServerKind) async throws { try await servers?.pause(kind) }

  /// Lets it go on.
  func resume(_ kind: ServerKind) throws { try servers?.resume(kind) }

  /// Restarts the throwaway server of an arm and drops the system's page cache.
  func coldStart(_ request: SessionRequest) -> ColdStart {
    let kinds = request.targets.map(\.server)
    let system =
      PageCache.drop() ? "the system's page cache dropped" : "the system's page cache kept: no permission"
    return ColdStart(text: "cold: the server restarted, \(system)") { arm in
      if let kind = kinds[arm] {
        try await servers?.restart(kind)
        try pinServers()
        _ = PageCache.drop()
      }
      return processGroups(request)
    }
  }

  /// After every start: servers are started by a process that is not pinned.
  private func pinServers() throws(BenchmarkFailure) {
    try pinning?.pinServers(ServerKind.allCases.compactMap(processID))
  }

  /// Starts what has to be started, checks that nothing of somebody else's is in the way, and calls `body`.
  ///
  /// Afterwards, also after an error or a signal, what `body` made is removed from the user's servers (unless
  /// it is to be kept) and throwaway servers are stopped.
  static func with<Value>(
    _ request: SessionRequest, _ progress: ProgressSink, _ body: (Session) async throws -> Value
  ) async throws -> Value {
    let pinning = try request.pinning()
    let servers = try await start(request, progress)
    do {
      let session = try Session(request, servers, pinning)
      try session.pinServers()
      try pinning?.pinClient()
      try await session.requireOwnership()
      try await session.requireRoom(request)
      if request.isTimed, !request.servers.acceptDifferences {
        try await Durability.require(request.servers.durability, of: session.places.map(\.target))
      }
      let holds = try await session.acquire()
      let value: Value
      do {
        value = try await body(session)
      } catch {
        let explained = (error as? BenchmarkFailure).map(session.explained) ?? error
        await session.remove(keep: request.servers.keep)
        await release(holds)
        throw explained
      }
      await session.remove(keep: request.servers.keep)
      await release(holds)
      await servers?.stop()
      return value
    } catch {
      await servers?.stop()
      throw error
    }
  }

  private static func start(_ request: SessionRequest, _ progress: ProgressSink) async throws
    -> EphemeralServers?
  {
    let kinds = Set(request.targets.filter { request.servers.url(for: $0.name) == nil }.compactMap(\.server))
      .sorted { $0.rawValue < $1.rawValue }
    guard !kinds.isEmpty else { return nil }
    progress.update("starting \(kinds.map(\.description).joined(separator: " and "))")
    var options = EphemeralServerOptions(
      postgres: kinds.contains(.postgres), mongo: kinds.contains(.mongo),
      durability: request.servers.durability == .durable ? .durable : .relaxed)
    if let megabytes = request.serverCache { options.cacheMegabytesPerServer = megabytes }
    let servers = try await EphemeralServers.start(options)
    let versions = kinds.compactMap { kind in servers[kind].map { "\(kind) \($0.version)" } }
    // Where the data is in memory, nothing is durable.
    let fileSystem = servers.fileSystemType.map { " (\($0))" } ?? ""
    progress.step("started \(versions.joined(separator: " and ")) in \(servers.directory)\(fileSystem)")
    return servers
  }

  private init(_ request: SessionRequest, _ servers: EphemeralServers?, _ pinning: Pinning?) throws {
    var places: [PlacedTarget] = []
    for (number, known) in request.targets.enumerated() {
      let own = request.servers.url(for: known.name)
      let url = own ?? known.server.flatMap { servers?[$0]?.url } ?? ""
      // The same server twice needs two places.
      let isRepeated = request.targets[..<number].contains { $0.server == known.server }
      let schema = request.servers.schema + (isRepeated ? "_\(number + 1)" : "")
      places.append(
        PlacedTarget(
          target: try known.kind.target(url, schema, request.servers.durability),
          scratch: request.needsScratch
            ? try known.kind.target(
              url, schema + PlacedTarget.scratchSuffix, request.servers.durability) : nil,
          schema: schema, url: url, isThrowaway: own == nil))
    }
    self.places = places
    self.servers = servers
    self.pinning = pinning
  }

  /// The processes of the servers on this machine: a throwaway one's by their root, others by the program's name.
  func processGroups(_ request: SessionRequest) -> [ProcessGroup] {
    var groups: [ProcessGroup] = []
    for known in request.targets where request.isHere(known) {
      guard let kind = known.server, !groups.contains(where: { $0.name == kind.rawValue }) else { continue }
      if request.servers.url(for: known.name) == nil, let server = servers?[kind] {
        groups.append(ProcessGroup(name: kind.rawValue, roots: [server.pid]))
      } else {
        groups.append(
          ProcessGroup(name: kind.rawValue, programs: [kind == .postgres ? "postgres" : "mongod"]))
      }
    }
    return groups
  }

  /// The failure in terms of what the user can see: a throwaway server that died is the reason for whatever
  /// followed.
  func explained(_ failure: BenchmarkFailure) -> BenchmarkFailure {
    guard let servers, failure.status != .mismatch, failure.status != .interrupted else { return failure }
    for kind in ServerKind.allCases where servers[kind] != nil && !servers.isRunning(kind) {
      return BenchmarkFailure(
        .unavailable, "the throwaway \(kind) server died (\(failure.message))",
        advice: "Look for free memory and disk space, and run it again.")
    }
    return failure
  }

  /// All places are looked at before the first is changed.
  private func requireOwnership() async throws {
    for place in places {
      try await Loader.requireOwnership(of: place.target, place: "'\(place.schema)'")
      if let scratch = place.scratch {
        try await Loader.requireOwnership(
          of: scratch, place: "'\(place.schema)\(PlacedTarget.scratchSuffix)'")
      }
    }
  }

  /// Takes the places on the user's own servers for this run alone; nobody else knows of throwaway ones.
  private func acquire() async throws -> [any PlaceHold] {
    var holds: [any PlaceHold] = []
    do {
      for place in places where !place.isThrowaway {
        let hold = try await Loader.naming("reserving '\(place.schema)' on \(place.target.displayName)") {
          try await place.target.acquire()
        }
        if let hold { holds.append(hold) }
      }
      return holds
    } catch {
      await Self.release(holds)
      throw error
    }
  }

  /// In a cancelled task too.
  private static func release(_ holds: [any PlaceHold]) async {
    await Task { for hold in holds { await hold.release() } }.value
  }

  /// Those that a server keeps for its administrator.
  private static let reservedConnections = 3
  /// Beside a place's stores: that of the maintenance, and that which holds the place.
  private static let otherConnections = 2

  /// Refuses more connections than a server takes, before anything is made there.
  private func requireRoom(_ request: SessionRequest) async throws {
    for (number, place) in places.enumerated() {
      // Both arms of a comparison may be on one server.
      let together =
        request.isSimultaneous
        ? request.targets.indices.filter { request.targets[$0].server == request.targets[number].server }
        : [number]
      let needed = together.reduce(0) { $0 + request.connections[$1] + Self.otherConnections }
      let settings = try await Loader.naming("reading the settings of \(place.target.displayName)") {
        try await place.target.environment()
      }
      guard let limit = settings["max_connections"].flatMap({ Int($0) }) else { continue }
      let tooMany = needed - (limit - Self.reservedConnections)
      guard tooMany > 0 else { continue }
      let fewer = (tooMany + together.count - 1) / together.count
      throw BenchmarkFailure(
        .usage,
        "\(needed) connections are too many for \(place.target.displayName), whose max_connections is \(limit)",
        advice: "Take \(fewer) fewer\(together.count > 1 ? " for each arm" : "") with --connections; "
          + "--concurrency may be higher.")
    }
  }

  /// Removes what was made on the user's own servers. Runs to its end in a cancelled task too.
  private func remove(keep: Bool) async {
    for place in places where !place.isThrowaway && !keep {
      // A task of its own does not inherit the cancellation.
      let failure = await Task { () -> String? in
        do {
          try await place.target.remove()
          try await place.scratch?.remove()
          return nil
        } catch {
          return "\(error)"
        }
      }.value
      if let failure {
        Output.error(
          "could not remove '\(place.schema)' on \(place.target.displayName): \(failure) The next run replaces it."
        )
      }
    }
  }
}
