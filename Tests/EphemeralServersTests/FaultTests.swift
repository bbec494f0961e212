import Glibc
import Testing

@testable import EphemeralServers

extension ServerTests {
  @Suite struct FaultTests {
    @Test func killedServersComeBackWithTheirDataAtTheSameAddress() async throws {
      let servers = try await EphemeralServers.start(ServerTests.small)
      let (postgres, mongo) = (try #require(servers.postgres), try #require(servers.mongo))
      #expect(
        await psql(postgres.url, postgres, "create table kept as select 42 as n; select n from kept") == "42")
      #expect(try await mongoInsert(mongo, id: 7) == 1)

      for kind in ServerKind.allCases {
        let before = try #require(servers[kind])
        let processes = [before.pid] + ProcessTable.children(of: before.pid)
        #expect(kind == .mongo || processes.count > 3)
        try await servers.kill(kind)
        #expect(processes.allSatisfy { ProcessTable.state($0) == .gone })
        #expect(!servers.isRunning(kind))
        let error = await #expect(throws: EphemeralServersError.self) { try await servers.pause(kind) }
        #expect(error?.code == .notRunning)

        let after = try await servers.restart(kind)
        #expect(after.pid != before.pid)
        #expect(after.url == before.url)
        #expect(servers[kind] == after)
      }
      #expect(await psql(postgres.url, postgres, "select n from kept") == "42")
      #expect(try await mongoCount(mongo) == 1)
      #expect(servers.logTail(.postgres, lines: 50).contains("database system was not properly shut down"))
      await servers.stop()
      #expect(Leftovers.processes(of: servers.directory) == [])
    }

    @Test(arguments: ServerKind.allCases)
    func restartOfARunningServerShutsItDownInOrder(_ kind: ServerKind) async throws {
      var options = ServerTests.small
      options.postgres = kind == .postgres
      options.mongo = kind == .mongo
      let servers = try await EphemeralServers.start(options)
      let before = try #require(servers[kind])
      try await servers.pause(kind)  // also one that is paused
      let after = try await servers.restart(kind)
      #expect(after.pid != before.pid)
      let log = String(decoding: readSmallFile(after.logPath) ?? [], as: UTF8.self)
      #expect(log.contains(kind == .postgres ? "database system is shut down" : "Shutting down"))
      #expect(!log.contains("not properly shut down"))
      await servers.stop()
    }

    @Test func aPausedServerAnswersAgainAfterResume() async throws {
      let servers = try await EphemeralServers.start(ServerTests.small)
      let (postgres, mongod) = (try #require(servers.postgres), try #require(servers.mongo))
      for kind in ServerKind.allCases {
        try await servers.pause(kind)
        #expect(servers.isRunning(kind))
      }
      #expect(ProcessTable.children(of: postgres.pid).allSatisfy { ProcessTable.state($0) == .stopped })
      await #expect(throws: MongoConnection.Failure.self) {
        try await mongo(mongod, ["hello": .int32(1)], within: .milliseconds(200))
      }
      for kind in ServerKind.allCases { try servers.resume(kind) }
      #expect(await psql(postgres.url, postgres, "select 1") == "1")
      #expect(try await mongo(mongod, ["hello": .int32(1)])?.bool("isWritablePrimary") == true)
      await servers.stop()
    }

    @Test func stopEndsPausedServersToo() async throws {
      let servers = try await EphemeralServers.start(ServerTests.small)
      let segments = Leftovers.sharedMemory(of: try #require(servers.postgres))
      for kind in ServerKind.allCases { try await servers.pause(kind) }
      let began = ContinuousClock.now
      await servers.stop()
      // Had they not been woken, PostgreSQL would wait 5 s for them.
      #expect(ContinuousClock.now - began < .milliseconds(4500))
      #expect(Leftovers.processes(of: servers.directory) == [])
      #expect(Leftovers.stillThere(segments) == [])
    }

    @Test func stopAfterAKillFreesTheSharedMemoryToo() async throws {
      var options = ServerTests.small
      options.mongo = false
      let servers = try await EphemeralServers.start(options)
      let segments = Leftovers.sharedMemory(of: try #require(servers.postgres))
      try await servers.kill(.postgres)
      #expect(Leftovers.stillThere(segments) == segments.sorted())
      await servers.stop()
      #expect(Leftovers.stillThere(segments) == [])
      #expect(!isDirectory(servers.directory))
    }

    @Test func busyBackendsOfAPostmasterThatSomebodyKilledGoToo() async throws {
      var options = ServerTests.small
      options.mongo = false
      let servers = try await EphemeralServers.start(options)
      let server = try #require(servers.postgres)
      // It doesn't look at its postmaster while it counts.
      let sql = "select 'counting' from generate_series(1, 1000000000000) having count(*) > 0"
      let query = Task { await psql(server.url, server, sql) }
      let backend = try await poll(until: .now + .seconds(10)) {
        Leftovers.processes(of: servers.directory).first { $0.contains("SELECT") }
      }
      #expect(backend != nil)
      Glibc.kill(server.pid, SIGKILL)
      await servers.stop()
      #expect(Leftovers.processes(of: servers.directory) == [])
      #expect(await query.value == nil)
    }

    @Test func stopWorksAfterSomebodyKilledTheGuardian() async throws {
      let servers = try await EphemeralServers.start(ServerTests.small)
      let guardian = Leftovers.processes(of: servers.directory).first { $0.contains("dbb-guardian") }
      let pid = try #require(guardian?.split(separator: " ").first.flatMap { Int32($0) })
      Glibc.kill(pid, SIGKILL)
      let gone = try await poll(until: .now + .seconds(5)) { ProcessTable.state(pid) == .gone ? true : nil }
      #expect(gone == true)
      #expect(servers.isRunning(.postgres))
      let error = await #expect(throws: EphemeralServersError.self) { try await servers.restart(.mongo) }
      #expect(error?.code == .guardianFailed)
      await servers.stop()
      #expect(Leftovers.processes(of: servers.directory) == [])
      #expect(!isDirectory(servers.directory))
    }

    @Test func aGuardianThatIsAskedToEndTakesTheServersWithIt() async throws {
      let servers = try await EphemeralServers.start(ServerTests.small)
      let guardian = Leftovers.processes(of: servers.directory).first { $0.contains("dbb-guardian") }
      let pid = try #require(guardian?.split(separator: " ").first.flatMap { Int32($0) })
      Glibc.kill(pid, SIGTERM)
      #expect(try await Leftovers.waitUntilGone([servers.directory]) == [])
      await servers.stop()
    }

    @Test func aServerThatWasNotAskedForCannotBeKilled() async throws {
      var options = ServerTests.small
      options.mongo = false
      let servers = try await EphemeralServers.start(options)
      let error = await #expect(throws: EphemeralServersError.self) { try await servers.kill(.mongo) }
      #expect(error?.code == .notRunning)
      #expect(error?.server == .mongo)
      await servers.stop()
    }
  }
}
