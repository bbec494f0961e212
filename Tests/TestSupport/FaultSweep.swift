public import InstructorStore
import Synchronization

/// Makes a store's calls again and again, each time with the connection cut at another byte of the exchange, and looks at what the
/// call said and at what the database has.
public struct FaultSweep: Sendable {
  private let proxy: FaultProxy
  private let store: any StorageBackend
  private let observer: any StorageBackend
  private let hold: @Sendable () async throws -> @Sendable () async throws -> Void

  /// - Parameters:
  ///   - store: Goes through the proxy, with one connection.
  ///   - observer: A handle on the same data that doesn't.
  ///   - hold: Keeps the store's connection busy, so that calls made meanwhile share an exchange; returns what lets it go.
  public init(
    _ proxy: FaultProxy, store: any StorageBackend, observer: any StorageBackend,
    hold: @escaping @Sendable () async throws -> @Sendable () async throws -> Void
  ) {
    self.proxy = proxy
    self.store = store
    self.observer = observer
    self.hold = hold
  }

  /// What a sweep saw. ``problems`` is empty where all was as it should be; the counts show that it saw something.
  public struct Report: Sendable, CustomStringConvertible {
    public var problems: [String] = []
    /// Bytes of the exchange in each direction.
    public var lengths: [FaultProxy.Direction: Int] = [:]
    public var cuts = 0
    /// Calls that succeeded all the same, on another connection.
    public var recovered = 0
    /// Calls whose error left open whether they were applied, and how many of those were.
    public var unknown = 0
    public var unknownAndApplied = 0
    public var notApplied = 0

    public var description: String {
      let bytes = FaultProxy.Direction.allCases.map { "\(lengths[$0] ?? 0)" }.joined(separator: "+")
      return "\(bytes) bytes, \(cuts) cuts: \(recovered) calls recovered, \(notApplied) not applied, "
        + "\(unknown) unknown of which \(unknownAndApplied) applied, \(problems.count) problems"
    }
  }

  /// Cuts at every `step`-th byte of the exchange, in either direction.
  ///
  /// If that is not every byte, then at a seventh of them in a direction of more than ``longBytes``. Of large operations at few bytes in
  /// any case: the first, those at which a client's buffer may end, the last, and some between.
  public func run(_ operation: SweptOperation, every step: Int) async throws -> Report {
    var report = Report()
    try await callUnharmed(operation, try await next(operation), "\(operation), before", &report)
    if operation.isFirstOnConnection { try await renewConnection() }
    let uncut = try await next(operation)
    proxy.watch()
    let endings = try await call(uncut)
    if !endings.allSatisfy({ $0 == .right }) { report.problems.append("\(operation), watched: \(endings)") }
    for direction in FaultProxy.Direction.allCases { report.lengths[direction] = proxy.passed(direction) }
    if operation.isFirstOnConnection { try await renewConnection() }
    for direction in FaultProxy.Direction.allCases {
      let length = report.lengths[direction] ?? 0
      for offset in Self.offsets(length, every: step, operation.isLarge) {
        if report.problems.count > Self.problemsLimit { return report }
        let place = "\(operation), \(direction.rawValue) at \(offset) of \(length)"
        let attempt = try await next(operation)
        let discarded = store.statistics().connectionsDiscarded
        proxy.harm(direction, after: offset, by: offset.isMultiple(of: 2) ? .reset : .close)
        let endings = try await call(attempt)
        let wasCut = proxy.endHarm()
        if wasCut { report.cuts += 1 }
        try await check(endings, attempt, direction, wasCut, place, &report)
        if operation.isFirstOnConnection {
          try await renewConnection()
        } else {
          try await callUnharmed(operation, try await next(operation), "\(place), after it", &report)
        }
        if wasCut, store.statistics().connectionsDiscarded == discarded {
          report.problems.append("\(place): the connection was kept")
        }
      }
    }
    return report
  }

  /// Turns over every `step`-th byte of the answer. The call may come to anything, in time, as a value may have been hit; the
  /// one after it must be as if nothing had happened.
  public func runDamaged(_ operation: SweptOperation, every step: Int) async throws -> Report {
    var report = Report()
    try await callUnharmed(operation, try await next(operation), "\(operation), before", &report)
    proxy.watch()
    try await callUnharmed(operation, try await next(operation), "\(operation), watched", &report)
    let length = proxy.passed(.toClient)
    report.lengths[.toClient] = length
    for offset in Self.offsets(length, every: step, operation.isLarge) {
      if report.problems.count > Self.problemsLimit { return report }
      let attempt = try await next(operation)
      proxy.harm(.toClient, after: offset, by: .damage)
      // The client may wait for the rest of a message that has become longer.
      let endings = try await withStoreTimeout(.milliseconds(150)) { try await call(attempt) }
      if proxy.endHarm() { report.cuts += 1 }
      report.recovered += endings.count { $0 == .right }
      try await callUnharmed(
        operation, try await next(operation), "\(operation), \(offset) of \(length) damaged: \(endings), after it",
        &report)
    }
    return report
  }

  /// Makes the calls while everything comes in slices; returns what was wrong.
  public func runSliced(_ operation: SweptOperation, bytes: Int) async throws -> [String] {
    var report = Report()
    proxy.slice(bytes)
    defer { proxy.slice(nil) }
    for _ in 0..<2 {
      try await callUnharmed(operation, try await next(operation), "\(operation) in slices of \(bytes)", &report)
    }
    return report.problems
  }

  // MARK: Calls

  private enum Ending: Equatable {
    case right
    case wrong
    case error(StoreError.Code, StoreError.Outcome, String)
  }

  private func next(_ operation: SweptOperation) async throws -> SweptAttempt {
    try await operation.prepare(observer, Self.runs.wrappingAdd(1, ordering: .relaxed).newValue)
  }

  private static let runs = Atomic<Int64>(0)
  /// With more a sweep ends: each may have taken as long as a deadline.
  private static let problemsLimit = 5

  private func call(_ attempt: SweptAttempt) async throws -> [Ending] {
    guard attempt.calls.count > 1 else { return [await ending(of: attempt.calls[0])] }
    let letGo = try await hold()
    var tasks: [Task<Ending, Never>] = []
    for call in attempt.calls {
      tasks.append(Task { await ending(of: call) })
    }
    try await waitUntil("all calls wait") { store.statistics().waitingCalls >= attempt.calls.count }
    try await letGo()
    var endings: [Ending] = []
    for task in tasks { endings.append(await task.value) }
    return endings
  }

  private func ending(of call: SweptAttempt.Call) async -> Ending {
    do throws(StoreError) {
      return try await call(store) ? .right : .wrong
    } catch {
      let cause = error.underlying.map { ": \($0)" } ?? ""
      return .error(error.code, error.outcome, error.reason + cause)
    }
  }

  private func callUnharmed(
    _ operation: SweptOperation, _ attempt: SweptAttempt, _ place: String, _ report: inout Report
  ) async throws {
    let endings = try await call(attempt)
    if !endings.allSatisfy({ $0 == .right }) { report.problems.append("\(place): \(endings)") }
    if let applied = try await attempt.applied?(), !applied.allSatisfy({ $0 == 1 }) {
      report.problems.append("\(place): applied \(applied) times")
    }
  }

  /// So that the store's connection is one on which nothing was called.
  private func renewConnection() async throws {
    let opened = store.statistics().connectionsOpened
    proxy.harm(.toServer, after: 0, by: .close)
    try await store.ping()
    _ = proxy.endHarm()
    try await waitUntil("another connection is open") { store.statistics().connectionsOpened > opened }
  }

  // MARK: Judgement

  /// Beyond it come more statements of a transaction, and more rows of an answer.
  public static let longBytes = 600

  private func check(
    _ endings: [Ending], _ attempt: SweptAttempt, _ direction: FaultProxy.Direction, _ wasCut: Bool,
    _ place: String, _ report: inout Report
  ) async throws {
    let applied = try await attempt.applied?()
    for (index, ending) in endings.enumerated() {
      let times = applied?[index]
      var isRight: Bool
      switch ending {
      case .right:
        if wasCut { report.recovered += 1 }
        isRight = times == nil || times == 1
      case .wrong: isRight = false
      case .error(let code, let outcome, _):
        // What never reached the server as a whole is not applied. Reads can't be.
        let limit = outcome == .unknown && direction == .toClient ? 1 : 0
        isRight = wasCut && code == .unreachable && (0...limit).contains(times ?? 0)
        if times == nil { isRight = isRight && outcome == .notApplied }
        if outcome == .unknown {
          report.unknown += 1
          report.unknownAndApplied += times ?? 0
        } else {
          report.notApplied += 1
        }
      }
      if !isRight {
        report.problems.append("\(place): \(ending)\(times.map { ", applied \($0) times" } ?? "")")
      }
    }
  }

  private static func offsets(_ length: Int, every step: Int, _ isLarge: Bool) -> [Int] {
    guard isLarge else {
      let isThinned = step > 1 && length > longBytes
      return Array(stride(from: 0, to: length, by: isThinned ? 7 * step : step))
    }
    let buffer = 32 * 1024
    let edges = [0, 1, 5, 15, 16, 17, 20, 21, 22, buffer - 1, buffer, buffer + 1, 2 * buffer, length - 1]
    let between = stride(from: 100, to: length, by: max(1, length * step / 64))
    return Set(edges + between).filter { $0 < length }.sorted()
  }
}
