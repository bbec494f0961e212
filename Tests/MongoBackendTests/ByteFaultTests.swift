import EphemeralServers
import InstructorStore
import MongoBackend
import TestSupport
import Testing

/// What calls come to whose connection ends in the middle of a message, wherever that is.
@Suite(.serialized) struct ByteFaultTests {
  /// One database for all: what a cut leaves behind is nothing to the others.
  private static let fixture = Task { () async throws -> (proxy: FaultProxy, observer: MongoStore) in
    let server = try await MongoTestServer.server()
    let observer = try await MongoStore.open(server.url, options: MongoOptions(database: "faults"))
    try await observer.migrate()
    try await SweptOperation.fill(observer)
    return (try FaultProxy(serverPath: server.socketPath), observer)
  }

  /// The large ones have messages that no buffer takes at once.
  @Test(
    "A connection that is cut at any byte: a typed error that is true",
    arguments: SweptOperation.all + SweptOperation.large)
  func cut(operation: SweptOperation) async throws {
    try await Self.withSweep(operation.dispatch) { sweep in
      let report = try await sweep.run(operation, every: isFullTest ? 1 : 7)
      print("\(operation): \(report)")
      #expect(report.problems == [])
      #expect(report.cuts > 5)
    }
  }

  @Test("An answer with a wrong byte in it harms no other call", arguments: SweptOperation.answers)
  func damaged(operation: SweptOperation) async throws {
    try await Self.withSweep(operation.dispatch) { sweep in
      let report = try await sweep.runDamaged(operation, every: isFullTest ? 1 : 7)
      print("\(operation), damaged: \(report)")
      #expect(report.problems == [])
      #expect(report.cuts > 5)
    }
  }

  @Test("Messages that come byte by byte change nothing", arguments: SweptOperation.all)
  func sliced(operation: SweptOperation) async throws {
    try await Self.withSweep(operation.dispatch, isSliced: true) { sweep in
      let problems = try await sweep.runSliced(operation, bytes: 1)
      #expect(problems == [])
    }
  }

  @Test("Nor do long ones in pieces", arguments: SweptOperation.large)
  func slicedLarge(operation: SweptOperation) async throws {
    try await Self.withSweep(operation.dispatch) { sweep in
      for bytes in [977, 32 * 1024 - 1] {
        let problems = try await sweep.runSliced(operation, bytes: bytes)
        #expect(problems == [])
      }
    }
  }

  /// - Parameter isSliced: Whether the store is opened byte by byte.
  private static func withSweep(
    _ dispatch: DispatchMode, isSliced: Bool = false, _ body: (FaultSweep) async throws -> Void
  ) async throws {
    let (proxy, observer) = try await fixture.value
    proxy.slice(isSliced ? 1 : nil)
    let store = try await MongoStore.open(
      "mongodb://127.0.0.1:\(proxy.port)/?directConnection=true",
      options: MongoOptions(database: "faults", connections: 1, dispatch: dispatch))
    proxy.slice(nil)
    let sweep = FaultSweep(proxy, store: store, observer: observer) {
      let held = try await HeldConnections(of: store)
      return {
        held.letGo()
        try await held.end()
      }
    }
    let result: Result<Void, any Error>
    do { result = .success(try await body(sweep)) } catch { result = .failure(error) }
    await store.close()
    try result.get()
  }
}
