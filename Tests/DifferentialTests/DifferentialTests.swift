import FoundationEssentials
import InstructorStore
import StoreConformance
import Testing

/// The same calls, the same answers: random sequences over the whole interface on every backend.
///
/// Each sequence is run by itself, and then 32 at a time, so that batched calls share exchanges.
///
/// `DIFFERENTIAL_SEED` makes the same sequences again; `STORE_TESTS_FULL=1` makes 10,000 of them instead of 200, and
/// `DIFFERENTIAL_SEQUENCES` as many as it says. A failing sequence is shrunk, printed and kept in `Regressions`, whose sequences run first.
@Suite(.serialized)
struct DifferentialTests {
  private static let operationsPerSequence = 50
  /// Sequences at once, so that calls share exchanges.
  private static let sequencesTogether = 32

  @Test func backendsAgree() async throws {
    let environment = ProcessInfo.processInfo.environment
    let seed = environment["DIFFERENTIAL_SEED"].flatMap(UInt64.init) ?? .random(in: 0...999_999)
    let count =
      environment["DIFFERENTIAL_SEQUENCES"].flatMap { Int($0) }
      ?? (environment["STORE_TESTS_FULL"] == "1" ? 10_000 : 200)
    print("differential: seed \(seed) (DIFFERENTIAL_SEED=\(seed) makes the same sequences)")
    try await DifferentialStores.with { stores in
      let runner = DifferentialRunner(stores)
      let regressions = try RegressionFiles.all()
      for (name, sequence) in regressions {
        if let divergence = try await runner.run(sequence) {
          Issue.record("\(name) fails again: \(divergence)")
        }
      }
      for number in 0..<count {
        let sequence = DifferentialRunner.sequence(
          seed: seed, number: number, operations: Self.operationsPerSequence)
        guard try await runner.run(sequence) != nil else { continue }
        try await report(sequence, name: "seed-\(seed)-\(number)", runner)
        break
      }
      try await together(rounds: max(1, count / Self.sequencesTogether), seed: seed, runner)
      for (name, store) in stores where name.hasSuffix("batched") {
        let statistics = store.statistics()
        print("differential: \(name): up to \(statistics.largestBatch) calls in one exchange")
        #expect(
          statistics.largestBatch >= 4, "\(name) shared too few exchanges for the comparison to mean much")
      }
      print(
        """
        differential: \(stores.map(\.name).joined(separator: ", ")): \(regressions.count) regressions, \
        \(await runner.sequenceCount) sequences, \(await runner.operationCount) operations, seed \(seed)
        """)
    }
  }

  /// The same sequences as before, many at a time.
  private func together(rounds: Int, seed: UInt64, _ runner: DifferentialRunner) async throws {
    for round in 0..<rounds {
      let first = round * Self.sequencesTogether
      let sequences = (first..<first + Self.sequencesTogether).map { number in
        DifferentialRunner.sequence(seed: seed, number: number, operations: Self.operationsPerSequence)
      }
      guard let (sequence, divergence) = try await runner.runTogether(sequences) else { continue }
      Issue.record("seed \(seed), sequences from \(first) together: \(divergence)\nin\n\(sequence)")
      return
    }
  }

  private func report(_ sequence: DifferentialSequence, name: String, _ runner: DifferentialRunner)
    async throws
  {
    let smallest = try await runner.shrink(sequence)
    guard let divergence = try await runner.run(smallest) else {
      Issue.record("\(name) failed once and not when it was run again:\n\(sequence)")
      return
    }
    let path = try RegressionFiles.add(smallest, name: name, found: divergence)
    Issue.record("\(divergence)\nafter\n\(smallest)(kept in \(path))")
  }
}
