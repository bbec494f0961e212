import Dispatch
import EphemeralServers
import Foundation
import InstructorStore
import Synchronization
import TestSupport
import Testing

@testable import PostgresBackend

struct BulkLoadTests {
  private final class Counter: Sendable {
    private let count = Atomic<Int>(0)
    var value: Int { count.load(ordering: .acquiring) }
    func add(_ number: Int) { count.add(number, ordering: .acquiringAndReleasing) }
  }

  private static func record(_ index: Int) -> NewInstructor {
    NewInstructor(
      id: InstructorID(Int64(index + 1)), firstName: "F\(index)", lastName: "L\(index)",
      courses: [.primary(CourseID(Int64(index + 1)))])
  }

  @Test func handlesThatWereOpenCantWriteMeanwhile() async throws {
    try await PostgresTestServer.withStore { store, schema in
      let other = try await PostgresStore.open(
        try await PostgresTestServer.url(), options: PostgresOptions(schema: schema))
      try await other.ping()
      _ = try await other.instructors.list(limit: 1)
      let hasStarted = Flag()
      let mayGoOn = DispatchSemaphore(value: 0)
      // However this ends: the thread does not wait for ever.
      defer { mayGoOn.signal() }
      let load = Task {
        try await store.bulkLoad(
          BulkLoad(
            instructors: BulkSource(count: 100) { range in
              hasStarted.raise()
              // On a driver thread: holds the load where it is.
              mayGoOn.wait()
              mayGoOn.signal()
              return range.map(Self.record)
            }))
      }
      try await hasStarted.wait("the load is under way")
      do throws(StoreError) {
        _ = try await other.instructors.create(NewInstructor(firstName: "Late", lastName: "Comer"))
        Issue.record("a write was taken while rows were loaded")
      } catch {
        #expect(error.code == .schemaMismatch)
        #expect(error.outcome == .notApplied)
      }
      mayGoOn.signal()
      #expect(try await load.value.instructors == 100)
      let late = try await other.instructors.create(NewInstructor(firstName: "Late", lastName: "Comer"))
      #expect(late.id.rawValue > 100)
      await other.close()
    }
  }

  @Test(.timeLimit(.minutes(2))) func cancellingEndsALoadWhoseServerHasStopped() async throws {
    let server = try await EphemeralServers.start(
      EphemeralServerOptions(mongo: false, cacheMegabytesPerServer: 256))
    let url = try #require(server.postgres).url
    let store = try await PostgresStore.open(url)
    try await store.migrate()
    let hasStarted = Flag()
    let load = Task {
      try await store.bulkLoad(
        BulkLoad(
          instructors: BulkSource(count: 1_000_000) { range in
            if range.lowerBound > 50_000 { hasStarted.raise() }
            return range.map(Self.record)
          }))
    }
    try await hasStarted.wait("the load is under way")
    try await server.pause(.postgres)
    load.cancel()
    await #expect(throws: StoreError.self) { try await load.value }
    try server.resume(.postgres)
    // What the failed load could not remove, the next one does.
    let result = try await store.bulkLoad(
      BulkLoad(instructors: BulkSource(count: 10) { $0.map(Self.record) }))
    #expect(result.instructors == 10)
    #expect(try await store.instructors.count(.all, upTo: 100) == 10)
    await store.close()
    await server.stop()
  }

  @Test(.timeLimit(.minutes(2))) func aLoadWhoseServerWasKilledIsGoneOnWith() async throws {
    let server = try await EphemeralServers.start(
      EphemeralServerOptions(mongo: false, cacheMegabytesPerServer: 256))
    let url = try #require(server.postgres).url
    let store = try await PostgresStore.open(url)
    try await store.migrate()
    let count = 200_000
    let (hasStarted, asked) = (Flag(), Counter())
    let load = BulkLoad(
      instructors: BulkSource(count: count) { range in
        asked.add(range.count)
        if range.lowerBound >= count / 2 { hasStarted.raise() }
        return range.map(Self.record)
      }, resumeKey: "killed")
    let loading = Task { try await store.bulkLoad(load) }
    try await hasStarted.wait("the load is under way")
    try await server.kill(.postgres)
    await #expect(throws: StoreError.self) { try await loading.value }
    try await server.restart(.postgres)
    let askedBefore = asked.value
    #expect(try await store.bulkLoad(load).instructors == count)
    // A few chunks whose commit was not flushed yet are asked for again.
    #expect(asked.value - askedBefore < count)
    #expect(try await store.instructors.count(.all, upTo: count + 1) == count)
    for start in stride(from: 0, to: count, by: 20_000) {
      let expected = (start..<start + 1_000).map {
        Instructor(Self.record($0), id: InstructorID(Int64($0 + 1)))
      }
      #expect(try await store.instructors.get(expected.map(\.id)) == expected)
    }
    await store.close()
    await server.stop()
  }
}
