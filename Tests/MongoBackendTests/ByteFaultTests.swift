import EphemeralServers
import InstructorStore
import MongoBackend
import TestSupport
import Testing

/// What calls come to whose connection misbehaves in the middle of a message, wherever that is.
@Suite(.serialized) struct ByteFaultTests {
  /// One database for all: what a cut leaves behind is nothing to the others.
  private static let fixture = Task { () async throws -> (proxy: FaultProxy, observer: MongoStore) in
    let server = try await MongoTestServer.server()
    let observer = try await MongoStore.open(server.url, options: MongoOptions(database: "faults"))
    try await observer.migrate()
    try await SweptOperation.fill(observer)
    return (try FaultProxy(serverPath: server.socketPath), observer)
  }

  @Test(
    "Cut: a typed error that is true. Damaged: no other call is harmed. In pieces: nothing changes",
    arguments: SweepCase.all)
  func sweep(sweep: SweepCase) async throws {
    let (proxy, observer) = try await Self.fixture.value
    let problems = try await sweep.problems(through: proxy, observer: observer) { dispatch in
      try await MongoStore.open(
        "mongodb://127.0.0.1:\(proxy.port)/?directConnection=true",
        options: MongoOptions(database: "faults", connections: 1, dispatch: dispatch))
    } hold: { store in
      let held = try await HeldConnections(of: store)
      return {
        held.letGo()
        try await held.end()
      }
    }
    #expect(problems == [])
  }
}
