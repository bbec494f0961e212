import Foundation
import Testing

#if canImport(Glibc)
  /// What calls allocate, counted in this program under the library that does so.
  @Suite struct AllocationTests {
    private struct Count: Decodable {
      var backend: String
      var workload: String
      var calls: Int
      var allocationsPerCall: Double
      var bytesPerCall: Double
    }

    private func counts(_ arguments: [String]) async throws -> [Count] {
      let output = try await Tool.run(
        ["allocations", "--calls", "4000", "--json", "-", "--quiet"] + arguments)
      #expect(output.status == 0, "\(output)")
      return try output.standardOutput.split(separator: "\n").map {
        try JSONDecoder().decode(Count.self, from: Data($0.utf8))
      }
    }

    @Test func whatACreateKeepsIsCounted() async throws {
      let counts = try await counts([
        "--backend", "memory", "--workload", "instructor-get,instructor-create", "--instructors", "500",
        "--courses", "500", "--reviewers", "200", "--reviews", "1000",
      ])
      #expect(counts.map(\.workload) == ["instructor-get", "instructor-create"])
      #expect(counts.allSatisfy { $0.backend == "memory" && $0.calls == 4_000 })
      let create = try #require(counts.last)
      // A row of its own, with texts.
      #expect(create.allocationsPerCall >= 1 && create.bytesPerCall > 16, "\(create)")
    }

    @Test func theLoopsThemselvesAreCounted() async throws {
      let counts = try await counts([])
      #expect(counts.map(\.workload) == ["closed loop", "open loop"])
      for (count, most) in zip(counts, [0.01, 4]) { #expect(count.allocationsPerCall <= most, "\(count)") }
    }
  }
#endif
