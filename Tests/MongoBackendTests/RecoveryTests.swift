import EphemeralServers
import InstructorStore
import Synchronization
import TestSupport
import Testing

@testable import MongoBackend

/// A server that dies, comes back, or stands still. Each test has one of its own.
@Suite(.serialized)
struct RecoveryTests {
  private static let grace = NewInstructor(firstName: "Grace", lastName: "Hopper")

  private func withServer(_ body: (EphemeralServers, MongoStore) async throws -> Void) async throws {
    let options = EphemeralServerOptions(postgres: false, cacheMegabytesPerServer: 256)
    try await EphemeralServers.withServers(options) { servers in
      let url = try #require(servers.mongo?.tcpURL)
      let store = try await MongoStore.open(
        url, options: MongoOptions(connections: 4, timeout: .milliseconds(800)))
      try await store.migrate()
      try await body(servers, store)
      await store.close()
    }
  }

  @Test("After a kill and a restart every acknowledged create is there, and service is back within 2 s")
  func killAndRestart() async throws {
    try await withServer { servers, store in
      let writers = Task {
        await withTaskGroup(of: (acknowledged: [Instructor], wrongCodes: [StoreError.Code]).self) { group in
          for _ in 0..<8 {
            group.addTask {
              var acknowledged: [Instructor] = []
              var wrongCodes: [StoreError.Code] = []
              while !Task.isCancelled {
                do {
                  acknowledged.append(try await store.instructors.create(Self.grace))
                } catch let error as StoreError {
                  switch error.code {
                  case .unreachable, .timeout, .cancelled: break
                  default: wrongCodes.append(error.code)
                  }
                } catch {}
              }
              return (acknowledged, wrongCodes)
            }
          }
          return await group.reduce(into: ([Instructor](), [StoreError.Code]())) { all, one in
            all.0 += one.acknowledged
            all.1 += one.wrongCodes
          }
        }
      }
      try await ContinuousClock().sleep(for: .milliseconds(500))
      try await servers.kill(.mongo)
      let start = ContinuousClock.now
      let error = await storeError { _ = try await store.instructors.create(Self.grace) }
      #expect(error?.code == .unreachable)
      #expect(ContinuousClock.now - start < .milliseconds(1_100))
      try await servers.restart(.mongo)
      let restart = ContinuousClock.now
      while await storeError({ _ = try await store.instructors.count(.all, upTo: 1) }) != nil {
        try #require(ContinuousClock.now - restart < .seconds(2))
      }
      try await ContinuousClock().sleep(for: .milliseconds(300))
      writers.cancel()
      let (acknowledged, wrongCodes) = await writers.value
      #expect(wrongCodes.isEmpty)
      #expect(acknowledged.count > 10)
      for start in stride(from: 0, to: acknowledged.count, by: 1_000) {
        let part = Array(acknowledged[start..<min(start + 1_000, acknowledged.count)])
        #expect(try await store.instructors.get(part.map(\.id)) == part)
      }
    }
  }

  @Test(
    "While the server stands still calls end by their deadline; when it goes on service is back within 2 s")
  func pauseAndResume() async throws {
    try await withServer { servers, store in
      let created = try await store.instructors.create(Self.grace)
      try await servers.pause(.mongo)
      for _ in 0..<3 {
        let start = ContinuousClock.now
        let errors = await withTaskGroup(of: StoreError?.self) { group in
          for index in 0..<12 {
            group.addTask {
              await storeError {
                if index % 2 == 0 {
                  _ = try await store.instructors.get(created.id)
                } else {
                  _ = try await store.instructors.create(Self.grace)
                }
              }
            }
          }
          return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(ContinuousClock.now - start < .milliseconds(1_050))
        for error in errors {
          switch error?.code {
          case .timeout, .unreachable, .poolExhausted: break
          default: Issue.record("\(error.map { "\($0)" } ?? "no error")")
          }
        }
      }
      try servers.resume(.mongo)
      let resume = ContinuousClock.now
      while await storeError({ _ = try await store.instructors.get(created.id) }) != nil {
        try #require(ContinuousClock.now - resume < .seconds(2))
      }
    }
  }

  private final class Counter: Sendable {
    private let count = Atomic<Int>(0)
    var value: Int { count.load(ordering: .acquiring) }
    func add(_ number: Int) { count.add(number, ordering: .acquiringAndReleasing) }
  }

  /// The killed load's marker stands for up to 45 s: nothing else tells that nobody holds it any more. Here it is shortened.
  @Test("A load whose server was killed is gone on with", .timeLimit(.minutes(3)))
  func loadAcrossAKill() async throws {
    try await withServer { servers, store in
      let count = 200_000
      let (asked, isHalfDone) = (Counter(), Counter())
      @Sendable func record(_ index: Int) -> NewInstructor {
        NewInstructor(
          id: InstructorID(Int64(index + 1)), firstName: "F\(index)", lastName: "L\(index)",
          courses: [.primary(CourseID(Int64(index + 1)))])
      }
      let load = BulkLoad(
        instructors: BulkSource(count: count) { range in
          asked.add(range.count)
          if range.lowerBound >= count / 2 { isHalfDone.add(1) }
          return range.map(record)
        }, resumeKey: "killed")
      let loading = Task { try await store.bulkLoad(load) }
      try await waitUntil("half is loaded", within: .seconds(60)) { isHalfDone.value > 0 }
      try await servers.kill(.mongo)
      await #expect(throws: StoreError.self) { try await loading.value }
      try await servers.restart(.mongo)
      let error = await storeError { _ = try await store.instructors.count(.all, upTo: 1) }
      #expect(error != nil)
      try await waitUntil("the marker is shortened") {
        await storeError { try await endMarker(of: store, inMilliseconds: 1_500) } == nil
      }
      let askedBefore = asked.value
      #expect(try await store.bulkLoad(load).instructors == count)
      #expect(asked.value - askedBefore < count)
      #expect(try await store.instructors.count(.all, upTo: count + 1) == count)
      for start in stride(from: 0, to: count, by: 20_000) {
        let expected = (start..<start + 1_000).map { Instructor(record($0), id: InstructorID(Int64($0 + 1))) }
        #expect(try await store.instructors.get(expected.map(\.id)) == expected)
      }
    }
  }

  /// Lets the marker of a load be over sooner.
  private func endMarker(of store: MongoStore, inMilliseconds milliseconds: Int64) async throws {
    try await store.command { writer in
      writer.append("update", Collections.schema)
      writer.array("updates") { writer in
        writer.document(at: 0) { writer in
          writer.document("q") { $0.append("_id", SchemaState.documentID) }
          writer.array("u") { writer in
            writer.document(at: 0) { writer in
              writer.document("$set") { $0.document("loading.until") { $0.appendNow(plus: milliseconds) } }
            }
          }
        }
      }
    }
  }
}
