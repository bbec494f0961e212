import Synchronization

/// Real PostgreSQL and MongoDB servers in one temporary folder, gone without a trace afterwards.
///
/// Each server listens on a unix socket in that folder and on a free port of 127.0.0.1, in a session of its
/// own, so a Ctrl-C in the terminal doesn't reach it. They are started, ended and removed by a small process
/// of their own, the guardian, which acts as soon as this one calls ``stop()``, drops its last reference,
/// ends, crashes or is killed with SIGKILL. So no signal handler is needed. Only if the guardian is killed
/// with SIGKILL too, and ``stop()`` isn't called afterwards, is something left.
///
/// As root, PostgreSQL runs as the user `postgres`, since it refuses to run as root.
///
/// ```swift
/// try await EphemeralServers.withServers { servers in
///   print(servers.postgres?.url ?? "", servers.mongo?.url ?? "")
/// }
/// ```
public final class EphemeralServers: Sendable {
  /// The folder of both servers. It is removed at the end, with all data and logs.
  public let directory: String
  /// What was asked for.
  public let options: EphemeralServerOptions

  let guardian: Guardian
  let launchers: [ServerKind: any ServerLauncher]
  private let servers: Mutex<[ServerKind: RunningServer]>

  /// The PostgreSQL server as of its last start; `nil` if none was asked for.
  public var postgres: RunningServer? { self[.postgres] }
  /// The MongoDB server as of its last start; `nil` if none was asked for.
  public var mongo: RunningServer? { self[.mongo] }
  /// The server of a kind as of its last start; `nil` if none was asked for.
  public subscript(_ kind: ServerKind) -> RunningServer? { servers.withLock { $0[kind] } }

  private init(
    guardian: Guardian, options: EphemeralServerOptions, launchers: [ServerKind: any ServerLauncher],
    servers: [ServerKind: RunningServer]
  ) {
    self.directory = guardian.folder
    self.guardian = guardian
    self.options = options
    self.launchers = launchers
    self.servers = Mutex(servers)
  }

  /// Starts the servers asked for, both at once, and returns when each accepts work.
  ///
  /// If one fails, or the task is cancelled, everything is stopped and removed before this throws.
  ///
  /// - Throws: `invalidOptions`, `binaryMissing`, `folderUnusable`, `guardianFailed`, `startFailed`,
  ///   `startTimedOut` or `cancelled`.
  public static func start(
    _ options: EphemeralServerOptions = EphemeralServerOptions()
  ) async throws(EphemeralServersError) -> EphemeralServers {
    try await start(options, userTools: ServerUser.Tool.allCases)
  }

  /// As ``start(_:)``, with only these programs to become PostgreSQL's user.
  static func start(
    _ options: EphemeralServerOptions, userTools: [ServerUser.Tool]
  ) async throws(EphemeralServersError) -> EphemeralServers {
    if Task.isCancelled { throw .cancelled }
    try options.validate()
    let postgresFolder = options.postgres ? try await ServerLocator.postgresFolder() : nil
    let mongod = options.mongo ? try ServerLocator.mongod() : nil
    let user = options.postgres ? try ServerUser.forPostgres(tools: userTools) : nil
    let folder = try ServerFolder.choosePath(options, user: user)

    var launchers: [ServerKind: any ServerLauncher] = [:]
    if let postgresFolder {
      launchers[.postgres] = await PostgresLauncher(
        folder: folder, binFolder: postgresFolder, options: options, user: user)
    }
    if let mongod {
      launchers[.mongo] = MongoLauncher(folder: folder, binary: mongod, options: options)
    }

    let guardian = try await Guardian.start(folder: folder)
    do throws(EphemeralServersError) {
      if let user { try ServerFolder.letPass(folder, user) }
      let servers = try await startAll(launchers, guardian)
      return EphemeralServers(guardian: guardian, options: options, launchers: launchers, servers: servers)
    } catch {
      await guardian.stop()
      throw error
    }
  }

  /// Starts servers, runs `body`, and stops them whether it returns or throws.
  ///
  /// - Throws: what ``start(_:)`` or `body` throws.
  public static func withServers<Result>(
    _ options: EphemeralServerOptions = EphemeralServerOptions(),
    isolation: isolated (any Actor)? = #isolation,
    _ body: (EphemeralServers) async throws -> sending Result
  ) async throws -> sending Result {
    let servers = try await start(options)
    do {
      let result = try await body(servers)
      await servers.stop()
      return result
    } catch {
      await servers.stop()
      throw error
    }
  }

  /// Ends the servers and removes the folder; returns when both are gone. Calling it again is harmless.
  ///
  /// Not affected by cancellation. Takes about 50 ms; about a second where PostgreSQL is still being made
  /// or was killed; at most half a minute when a server doesn't react to signals.
  public func stop() async { await guardian.stop() }

  func replace(_ server: RunningServer) {
    servers.withLock { $0[server.kind] = server }
  }

  private static func startAll(
    _ launchers: [ServerKind: any ServerLauncher], _ guardian: Guardian
  ) async throws(EphemeralServersError) -> [ServerKind: RunningServer] {
    let results = await withTaskGroup { group in
      for launcher in launchers.values {
        group.addTask { () async -> Result<RunningServer, EphemeralServersError> in
          do throws(EphemeralServersError) {
            return .success(try await launcher.start(guardian))
          } catch {
            return .failure(error)
          }
        }
      }
      var results: [Result<RunningServer, EphemeralServersError>] = []
      for await result in group {
        results.append(result)
        // The first failure ends the wait for the other; what it says then is "cancelled".
        if case .failure = result { group.cancelAll() }
      }
      return results
    }
    var servers: [ServerKind: RunningServer] = [:]
    for result in results {
      let server = try result.get()
      servers[server.kind] = server
    }
    return servers
  }
}
