public import InstructorStore

/// Checks after the timing that the data is what was loaded: the writes were undone and nothing else was touched.
public struct Invariants: Sendable {
  static let sampledInstructors = 500
  static let sampledCourses = 50
  private static let stream = TraceRandom.stream("invariants")

  let catalog: BenchmarkCatalog
  let seed: UInt64

  public init(catalog: BenchmarkCatalog, seed: UInt64) {
    self.catalog = catalog
    self.seed = seed
  }

  /// The number of instructors is that of the catalog; sampled instructors, and the primaries of sampled courses, are
  /// the catalog's, versions aside.
  ///
  /// - Throws: ``BenchmarkFailure`` with ``ExitStatus/mismatch``.
  public func check(_ backend: any StorageBackend) async throws {
    let problem: String?
    do throws(StoreError) {
      problem = try await self.problem(backend.instructors)
    } catch {
      if error.code == .cancelled { throw CancellationError() }
      throw BenchmarkFailure(error, during: "checking the data on \(backend.name) afterwards")
    }
    if let problem {
      throw BenchmarkFailure(
        .mismatch, "the data on \(backend.name) is not what was loaded, its figures are void: \(problem)")
    }
  }

  private func problem(_ repository: any InstructorRepository) async throws(StoreError) -> String? {
    // One more than expected shows a surplus; what is over the limit of a count can't be seen.
    let upTo = min(catalog.instructors + 1, Limits.countUpTo.upperBound)
    let count = try await repository.count(.all, upTo: upTo)
    if count != min(catalog.instructors, upTo) {
      return "there are \(count == upTo ? "more than \(upTo - 1)" : String(count)) instructors, "
        + "not \(catalog.instructors)"
    }
    var random = TraceRandom(seed: seed, stream: Self.stream, index: 0)
    let numbers = (0..<Self.sampledInstructors).map { _ in random.below(catalog.instructors) }
    let found = try await repository.get(numbers.map(catalog.id))
    for (number, instructor) in zip(numbers, found) {
      let loaded = Instructor(catalog.instructor(number), id: catalog.id(number))
      guard let instructor else { return "instructor \(loaded.id) is missing" }
      let (stored, expected) = (CanonicalText.content(instructor), CanonicalText.content(loaded))
      guard stored == expected else { return "instructor \(loaded.id) is \(stored), not \(expected)" }
    }
    for number in numbers.prefix(Self.sampledCourses) {
      let loaded = Instructor(catalog.instructor(number), id: catalog.id(number))
      for assignment in loaded.courses {
        let team = try await repository.team(of: assignment.courseID)
        let isThere =
          assignment.role == .primary
          ? team.primary?.id == loaded.id : team.assistants.contains { $0.id == loaded.id }
        if !isThere { return "instructor \(loaded.id) is not \(assignment.role) of course \(assignment.courseID)" }
      }
    }
    return nil
  }
}
