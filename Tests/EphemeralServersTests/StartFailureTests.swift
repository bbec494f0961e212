import Glibc
import Testing

@testable import EphemeralServers

extension ServerTests {
  @Suite struct StartFailureTests {
    @Test(arguments: [
      (ServerKind.postgres, "no_such_setting", "unrecognized configuration parameter"),
      (.postgres, "shared_buffers", "invalid value for parameter"),
      (.mongo, "noSuchOption", "unrecognised option"),
      (.mongo, "storageEngine", "engine"),
    ])
    func aBadSettingIsReportedWithTheLogAndLeavesNothing(
      _ kind: ServerKind, _ name: String, _ words: String
    ) async throws {
      try await withTemporaryFolder { folder in
        var options = ServerTests.small
        options.temporaryDirectory = folder
        if kind == .postgres {
          options.postgresSettings = [name: "x"]
        } else {
          options.mongoSettings = [name: "x"]
        }
        let began = ContinuousClock.now
        let error = await #expect(throws: EphemeralServersError.self) {
          try await EphemeralServers.start(options)
        }
        #expect(error?.code == .startFailed)
        #expect(error?.server == kind)
        #expect(error?.detail.contains(words) == true, "\(error?.detail ?? "")")
        #expect(error?.description.contains("\n") == false)
        #expect(ContinuousClock.now - began < .seconds(10))
        #expect(Leftovers.entries(of: folder) == [])
        #expect(Leftovers.processes(of: folder) == [])
      }
    }

    @Test func aStartThatTakesTooLongIsReportedAndLeavesNothing() async throws {
      try await withTemporaryFolder { folder in
        var options = ServerTests.small
        options.temporaryDirectory = folder
        options.startTimeout = .milliseconds(30)
        let error = await #expect(throws: EphemeralServersError.self) {
          try await EphemeralServers.start(options)
        }
        #expect(error?.code == .startTimedOut)
        #expect(Leftovers.entries(of: folder) == [])
        #expect(Leftovers.processes(of: folder) == [])
      }
    }

    @Test(arguments: ServerKind.allCases)
    func aPortTakenInBetweenIsReplaced(_ kind: ServerKind) async throws {
      try await withTemporaryFolder { folder in
        var options = ServerTests.small
        options.temporaryDirectory = folder
        let user = try ServerUser.forPostgres()
        let path = try ServerFolder.choosePath(options, user: user)
        let guardian = try await Guardian.start(folder: path)
        if let user { try ServerFolder.letPass(path, user) }
        let launcher: any ServerLauncher =
          switch kind {
          case .postgres:
            await PostgresLauncher(
              folder: path, binFolder: try ServerLocator.postgresFolder(), options: options, user: user)
          case .mongo: MongoLauncher(folder: path, binary: try ServerLocator.mongod(), options: options)
          }
        let taken = try #require(Listener())
        var ports = [taken.port, taken.port]
        let server = try await launcher.start(guardian) { () throws(EphemeralServersError) -> Int in
          if let port = ports.popLast() { return port }
          return try FreePort.pick()
        }
        #expect(ports.isEmpty)
        #expect(server.port != taken.port)
        await guardian.stop()
        #expect(Leftovers.entries(of: folder) == [])
      }
    }

    @Test func anAlreadyCancelledStartStartsNothing() async throws {
      try await withTemporaryFolder { folder in
        var options = ServerTests.small
        options.temporaryDirectory = folder
        let asked = options
        let task = Task {
          withUnsafeCurrentTask { $0?.cancel() }
          return try await EphemeralServers.start(asked)
        }
        let error = await #expect(throws: EphemeralServersError.self) { try await task.value }
        #expect(error?.code == .cancelled)
        #expect(Leftovers.entries(of: folder) == [])
      }
    }

    @Test(arguments: [1, 20, 100, 200, 350])
    func aStartCancelledOnTheWayLeavesNothing(_ milliseconds: Int) async throws {
      try await withTemporaryFolder { folder in
        var options = ServerTests.small
        options.temporaryDirectory = folder
        let asked = options
        let task = Task { try await EphemeralServers.start(asked) }
        try await Task.sleep(for: .milliseconds(milliseconds))
        task.cancel()
        do {
          let servers = try await task.value  // it was faster
          await servers.stop()
        } catch let error as EphemeralServersError {
          #expect(error.code == .cancelled)
        }
        #expect(Leftovers.entries(of: folder) == [])
        #expect(Leftovers.processes(of: folder) == [])
      }
    }
  }
}
