import Glibc
import Testing

@testable import EphemeralServers

/// The tests that start servers, one after the other: a machine may have two cores.
@Suite(.serialized) enum ServerTests {
  static let small = EphemeralServerOptions(cacheMegabytesPerServer: 256)
}

extension ServerTests {
  @Suite struct LifecycleTests {

    @Test func postgresHasTheSettingsAskedFor() async throws {
      var options = ServerTests.small
      options.mongo = false
      options.postgresSettings = ["application_name": "it's", "work_mem": "7MB"]
      let servers = try await EphemeralServers.start(options)
      let server = try #require(servers.postgres)
      #expect(servers.mongo == nil)
      let expected = [
        "fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "shared_buffers": "256MB",
        "max_connections": "200", "huge_pages": "off", "max_wal_size": "4GB", "checkpoint_timeout": "5min",
        "listen_addresses": "127.0.0.1", "server_encoding": "UTF8", "lc_collate": "C", "timezone": "UTC",
        "application_name": "psql", "work_mem": "7MB", "autovacuum": "on", "data_checksums": "on",
        "port": "\(server.port)",
      ]
      for (name, value) in expected.sorted(by: <) {
        #expect(await psql(server.url, server, "show \(name)") == value, "\(name)")
      }
      #expect(await psql(server.url, server, "show server_version") == server.version)
      await servers.stop()
    }

    @Test func relaxedDurabilityTurnsOffOnlyTheWaitForTheDisk() async throws {
      var options = ServerTests.small
      options.durability = .relaxed
      let servers = try await EphemeralServers.start(options)
      let postgres = try #require(servers.postgres)
      #expect(await psql(postgres.url, postgres, "show synchronous_commit") == "off")
      #expect(await psql(postgres.url, postgres, "show fsync") == "on")
      #expect(try #require(servers.mongo).url.contains("w=1&journal=false"))
      await servers.stop()
    }

    @Test func tcpNeedsThePasswordAndTheSocketDoesNot() async throws {
      var options = ServerTests.small
      options.mongo = false
      let servers = try await EphemeralServers.start(options)
      let server = try #require(servers.postgres)
      #expect(await psql(server.url, server, "select 1") == "1")
      #expect(await psql(server.tcpURL, server, "select 2") == "2")
      let withoutPassword = "postgresql://postgres@127.0.0.1:\(server.port)/postgres"
      #expect(await psql(withoutPassword, server, "select 3") == nil)
      await servers.stop()
    }

    @Test func mongodIsAWritablePrimaryWithTheSettingsAskedFor() async throws {
      var options = ServerTests.small
      options.postgres = false
      options.mongoSettings = [
        "oplogSize": "1000",  // in place of our own: mongod refuses an option given twice
        "syncdelay": "30", "setParameter.ttlMonitorEnabled": "false",
      ]
      let servers = try await EphemeralServers.start(options)
      let server = try #require(servers.mongo)
      let hello = try #require(try await mongo(server, ["hello": .int32(1)]))
      #expect(hello.bool("isWritablePrimary"))
      #expect(hello.string("setName") == "rs0")
      let parsed = try #require(try await mongo(server, ["getCmdLineOpts": .int32(1)])?.document("parsed"))
      let storage = try #require(parsed.document("storage"))
      #expect(storage.document("wiredTiger")?.document("engineConfig")?["cacheSizeGB"] == .double(0.25))
      #expect(storage["syncPeriodSecs"] == .double(30))
      #expect(parsed.document("replication")?.int("oplogSizeMB") == 1000)
      let parameters = try #require(parsed.document("setParameter"))
      #expect(parameters.string("ttlMonitorEnabled") == "false")
      #expect(parameters.string("diagnosticDataCollectionEnabled") == "false")
      #expect(try await mongoInsert(server, id: 1) == 1)
      await servers.stop()
    }

    @Test func stopLeavesNoProcessNoFolderAndNoSharedMemory() async throws {
      let servers = try await EphemeralServers.start(ServerTests.small)
      let segments = Leftovers.sharedMemory(of: try #require(servers.postgres))
      // The guardian, mongod, the postmaster and its helpers: the check would see them.
      #expect(Leftovers.processes(of: servers.directory).count >= 5)
      #expect(segments.count >= 2)
      #expect(Leftovers.stillThere(segments) == segments.sorted())
      #expect(servers.fileSystemType != nil)
      await servers.stop()
      #expect(Leftovers.processes(of: servers.directory) == [])
      #expect(!isDirectory(servers.directory))
      #expect(Leftovers.stillThere(segments) == [])
      #expect(!servers.isRunning(.postgres))
      await servers.stop()  // harmless
    }

    @Test func aFolderWithASpaceInItsPathWorks() async throws {
      try await withTemporaryFolder { folder in
        let spaced = folder + "/a b"
        mkdir(spaced, 0o755)
        var options = ServerTests.small
        options.temporaryDirectory = spaced
        let servers = try await EphemeralServers.start(options)
        let (postgres, mongod) = (try #require(servers.postgres), try #require(servers.mongo))
        #expect(await psql(postgres.url, postgres, "show data_directory") == postgres.dataDirectory)
        #expect(try await mongoInsert(mongod, id: 1) == 1)
        await servers.stop()
        #expect(Leftovers.processes(of: servers.directory) == [])
        #expect(rmdir(spaced) == 0)
      }
    }

    @Test func droppingTheLastReferenceStops() async throws {
      var options = ServerTests.small
      options.mongo = false
      var servers: EphemeralServers? = try await EphemeralServers.start(options)
      let folder = try #require(servers?.directory)
      #expect(isDirectory(folder))
      servers = nil
      #expect(try await Leftovers.waitUntilGone([folder]) == [])
    }

    @Test func aScopeThatThrowsStopsItsServers() async throws {
      struct Expected: Error {}
      var options = ServerTests.small
      options.postgres = false
      var folder = ""
      await #expect(throws: Expected.self) {
        try await EphemeralServers.withServers(options) { servers in
          folder = servers.directory
          #expect(servers.isRunning(.mongo))
          throw Expected()
        }
      }
      #expect(folder != "")
      #expect(!isDirectory(folder))
      #expect(Leftovers.processes(of: folder) == [])
    }

    @Test func twoInstancesDoNotCollide() async throws {
      async let startingOne = EphemeralServers.start(ServerTests.small)
      async let startingTwo = EphemeralServers.start(ServerTests.small)
      let (one, two) = try await (startingOne, startingTwo)
      #expect(one.directory != two.directory)
      let (postgresOne, postgresTwo) = (try #require(one.postgres), try #require(two.postgres))
      #expect(postgresOne.port != postgresTwo.port)
      let made = await psql(postgresOne.url, postgresOne, "create table only_in_one(); select 'made'")
      #expect(made == "made")
      #expect(await psql(postgresTwo.url, postgresTwo, "select count(*) from only_in_one") == nil)
      await one.stop()
      #expect(Leftovers.processes(of: one.directory) == [])
      #expect(two.isRunning(.postgres) && two.isRunning(.mongo))
      #expect(await psql(postgresTwo.url, postgresTwo, "select 1") == "1")
      await two.stop()
    }

    @Test(arguments: ServerUser.Tool.allCases)
    func everyWayToBecomePostgresUserWorks(_ tool: ServerUser.Tool) async throws {
      var options = ServerTests.small
      options.mongo = false
      let servers = try await EphemeralServers.start(options, userTools: [tool])
      let server = try #require(servers.postgres)
      #expect(await psql(server.url, server, "select pg_postmaster_start_time() is not null") == "t")
      #expect(await psql(server.url, server, "checkpoint; select 1") == "1")
      await servers.stop()
      #expect(try await Leftovers.waitUntilGone([servers.directory]) == [])
    }
  }
}
