import EphemeralServers
import InstructorStore
import TestSupport
import Testing

@testable import MongoBackend

/// Batches and a server that dies.
@Suite struct BatchCrashTests {
  @Test("A server that is killed in the middle of batches loses nothing that it acknowledged")
  func killedServer() async throws {
    try await EphemeralServers.withServers(
      EphemeralServerOptions(postgres: false, cacheMegabytesPerServer: 256)
    ) { servers in
      let url = try #require(servers.mongo?.url)
      let store = try await MongoStore.open(url, options: MongoOptions(connections: 4, timeout: .seconds(20)))
      try await store.migrate()
      let results = try await withThrowingTaskGroup(of: [Result<Instructor, StoreError>].self) { group in
        for writer in 0..<64 {
          group.addTask {
            var results: [Result<Instructor, StoreError>] = []
            for number in 0... {
              do throws(StoreError) {
                results.append(
                  .success(
                    try await store.instructors.create(
                      NewInstructor(firstName: "W\(writer)", lastName: "N\(number)"))))
              } catch {
                results.append(.failure(error))
                return results
              }
            }
            return results
          }
        }
        try await waitUntil("2,000 calls shared exchanges") { store.statistics().batchedCalls >= 2_000 }
        try await servers.kill(.mongo)
        return try await group.reduce(into: []) { $0 += $1 }
      }
      await store.close()
      _ = try await servers.restart(.mongo)
      let again = try await MongoStore.open(url, options: MongoOptions(connections: 4, timeout: .seconds(20)))
      var acknowledged = 0
      var unknown = 0
      for result in results {
        switch result {
        case .success(let created):
          acknowledged += 1
          #expect(try await again.instructors.get(created.id) == created)
        case .failure(let error):
          #expect([StoreError.Code.unreachable, .timeout(.response)].contains(error.code), "\(error)")
          guard error.outcome == .unknown else { continue }
          unknown += 1
          #expect(error.entityID != nil)
        }
      }
      #expect(acknowledged >= 1_000)
      #expect(unknown >= 1, "the server was killed between two batches: nothing was interrupted")
      let stored = try await again.instructors.count(.all, upTo: 1_000_000)
      #expect(
        (acknowledged...acknowledged + unknown).contains(stored), "\(acknowledged) \(unknown) \(stored)")
      await again.close()
    }
  }
}
