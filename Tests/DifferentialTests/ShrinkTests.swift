import InstructorStore
import StoreConformance
import Testing

/// The differential test can fail, and then says why in a few operations.
@Suite struct ShrinkTests {
  @Test(arguments: [
    (Mistake.tiesByAscendingID, 4), (.ignoredVersion, 3), (.freeUnassign, 2), (.countsDeletedAuthors, 3),
  ])
  func mistakeIsFoundAndShrunk(mistake: Mistake, operations: Int) async throws {
    let runner = try await makeRunner(mistake)
    var failing: DifferentialSequence?
    for number in 0..<100 where failing == nil {
      let sequence = DifferentialRunner.sequence(seed: 1, number: number, operations: 50)
      if try await runner.run(sequence) != nil { failing = sequence }
    }
    let smallest = try await runner.shrink(try #require(failing, "found in 100 sequences"))
    #expect(smallest.operations.count <= operations, "shrunk to\n\(smallest)")

    // What is printed and kept fails in the same way when it is read again.
    let read = try DifferentialSequence(text: "# a comment\n" + smallest.description)
    #expect(read.operations == smallest.operations)
    let divergence = try #require(try await runner.run(read))
    #expect(divergence.answers.count == 2 && "\(divergence)".contains("broken"))
    #expect(try await makeRunner(nil).run(read) == nil, "the sequence passes without the mistake")
  }

  @Test func sequencesAreTheSameAgainAndCoverEveryCall() async throws {
    var seen: Set<DifferentialOperation.Call> = []
    for number in 0..<20 {
      let sequence = DifferentialRunner.sequence(seed: 9, number: number, operations: 50)
      #expect(
        sequence.operations == DifferentialRunner.sequence(seed: 9, number: number, operations: 50).operations
      )
      seen.formUnion(sequence.operations.map(\.call))
    }
    #expect(seen.count == DifferentialOperation.Call.allCases.count)
  }

  /// Sequences of which most calls fail, or fail for one reason, would compare little.
  @Test func sequencesSucceedAndFailInManyWays() async throws {
    let runner = try await makeRunner(nil)
    for number in 0..<300 {
      _ = try await runner.run(DifferentialRunner.sequence(seed: 5, number: number, operations: 50))
    }
    let counts = await runner.answerCounts
    let successes = DifferentialOperation.Call.allCases.map { ($0, counts[$0.rawValue] ?? 0) }
    for (call, count) in successes {
      let all = counts.filter { $0.key.hasPrefix(call.rawValue + " ") }
      #expect(count >= 40, "\(call) succeeded \(count) times, and otherwise \(all)")
    }
    let succeeded = successes.reduce(0) { $0 + $1.1 }
    #expect(succeeded > 15_000 / 2, "\(succeeded) of 15,000 calls succeeded")
    for kind in [
      "createInstructor conflict [instructor_id]", "createInstructor conflict [primary_of_course]",
      "createInstructors conflict [primary_of_course]", "assign conflict [course_assignment]",
      "assign conflict [primary_of_course]", "unassign notFound", "updateInstructor conflict [version]",
      "replacePrimary referenceViolation [instructor_reference]", "createReviewer conflict [reviewer_id]",
      "updateReviewer conflict [version]", "deleteReviewer notFound", "createReview conflict [review_id]",
      "createReview referenceViolation [reviewer_reference]", "updateReview conflict [version]",
      "deleteReview conflict [version]", "page invalidArgument", "search invalidArgument",
      "putRating conflict [version]", "deleteRating notFound", "deleteRating conflict [version]",
    ] {
      #expect(counts[kind, default: 0] >= 5, "\(kind): \(counts[kind, default: 0]) times")
    }
  }

  /// Nothing of one sequence shows in the next.
  @Test func equalStoresAgree() async throws {
    let runner = try await makeRunner(nil)
    for number in 0..<200 {
      let divergence = try await runner.run(
        DifferentialRunner.sequence(seed: 3, number: number, operations: 50))
      #expect(divergence == nil, "sequence \(number): \(divergence.map { "\($0)" } ?? "")")
    }
  }

  @Test func sequencesAtOnceAgreeAndAMistakeIsFoundAmongThem() async throws {
    let sequences = (0..<32).map { DifferentialRunner.sequence(seed: 3, number: $0, operations: 50) }
    #expect(try await makeRunner(nil).runTogether(sequences) == nil)
    let found = try #require(try await makeRunner(.ignoredVersion).runTogether(sequences))
    #expect(found.divergence.operation?.ifVersion != nil, "\(found.divergence)")
    // It is about the calls of its own sequence only.
    #expect(try await makeRunner(.ignoredVersion).run(found.sequence) != nil)
  }

  private func makeRunner(_ mistake: Mistake?) async throws -> DifferentialRunner {
    let (good, base) = (InMemoryStore(), InMemoryStore())
    try await good.migrate()
    try await base.migrate()
    let other = mistake?.made(in: base) ?? base
    return DifferentialRunner([("memory", good), ("broken", other)])
  }
}
