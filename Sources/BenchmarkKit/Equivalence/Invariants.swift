import CatalogGenerator
public import InstructorStore

/// Checks after the timing that the data is what was loaded: the writes were undone and nothing else was
/// touched.
public struct Invariants: Sendable {
  /// Every instructor is looked at up to this many, beyond it as many spread over the whole.
  static let mostInstructors = 200_000
  static let sampledCourses = 200
  static let stream = TraceRandom.stream("invariants")

  /// What was looked at.
  public struct Checked: Sendable, Equatable {
    public var instructors = 0
    /// Ratings that were added up with others and compared with the catalog's sums.
    public var ratings = 0
    /// Courses whose reviews were all read, counted and compared one by one, and their ratings.
    public var recountedCourses = 0
    public var recountedReviews = 0
    /// Reviews that were compared one by one, those of recounted courses among them, and reviewers.
    public var reviews = 0
    public var reviewers = 0
    /// The sum of the content hashes of what was compared one by one; that of the catalog's, whatever the backend.
    public var contentHash: UInt64 = 0
    /// Instructors, reviewers, reviews and ratings of the catalog.
    public var records = 0

    /// Those of them that ``contentHash`` is of.
    public var hashedRecords: Int { instructors + reviewers + reviews + recountedCourses }

    /// For people.
    var text: String {
      "\(Quantity.count(instructors)) instructors, \(Quantity.count(reviews)) reviews and "
        + "\(Quantity.count(reviewers)) reviewers one by one, the ratings of \(Quantity.count(ratings)) courses added up, "
        + "those of \(Quantity.count(recountedCourses)) equal to a count of their \(Quantity.count(recountedReviews)) reviews"
    }
  }

  let catalog: BenchmarkCatalog
  let seed: UInt64

  public init(catalog: BenchmarkCatalog, seed: UInt64) {
    self.catalog = catalog
    self.seed = seed
  }

  /// The number of instructors is that of the catalog; instructors, and the teams of sampled courses, are the
  /// catalog's, versions aside. So are reviewers and reviews; ratings add up to those of the catalog, and equal a count of their
  /// reviews. Of a small catalog that is all of it, of a larger one a part: ``Checked`` says how much.
  ///
  /// - Throws: ``BenchmarkFailure`` with ``ExitStatus/mismatch`` that names the first difference.
  @discardableResult
  public func check(_ backend: any StorageBackend) async throws -> Checked {
    var problem: String?
    var checked = Checked()
    checked.records =
      catalog.instructors + catalog.reviewers + catalog.reviews + catalog.generated.ratingCount
    do throws(StoreError) {
      problem = try await self.problem(backend.instructors, &checked)
      checked.instructors = min(catalog.instructors, Self.mostInstructors)
      if problem == nil { problem = try await reviewProblem(backend, &checked) }
    } catch {
      if error.code == .cancelled { throw CancellationError() }
      throw BenchmarkFailure(error, during: "checking the data on \(backend.name) afterwards")
    }
    if let problem {
      throw BenchmarkFailure(
        .mismatch, "the data on \(backend.name) is not what was loaded, its figures are void: \(problem).")
    }
    return checked
  }

  private func problem(
    _ repository: any InstructorRepository, _ checked: inout Checked
  ) async throws(StoreError) -> String? {
    // One more than expected shows a surplus; what is over the limit of a count can't be seen.
    let upTo = min(catalog.instructors + 1, Limits.countUpTo.upperBound)
    let count = try await repository.count(.all, upTo: upTo)
    if count != min(catalog.instructors, upTo) {
      return "there are \(count == upTo ? "more than \(upTo - 1)" : String(count)) instructors, "
        + "not \(catalog.instructors)"
    }
    if let problem = try await wrongInstructor(repository, &checked) { return problem }
    var random = TraceRandom(seed: seed, stream: Self.stream, index: 0)
    for _ in 0..<Self.sampledCourses {
      let course = catalog.course(random.below(catalog.courses))
      let stored = Self.withoutVersions(try await repository.team(of: course))
      guard let expected = catalog.generated.expectedTeam(of: course), stored != expected else { continue }
      return "the team of course \(course) is {\(stored.canonicalText)}, not {\(expected.canonicalText)}"
    }
    return nil
  }

  private func wrongInstructor(
    _ repository: any InstructorRepository, _ checked: inout Checked
  ) async throws(StoreError) -> String? {
    let looked = min(catalog.instructors, Self.mostInstructors)
    let found = Found()
    try await InverseWork.chunks(of: 0..<looked, size: Limits.idsPerGet.upperBound, concurrency: 4) {
      chunk throws(StoreError) in
      if found.problem != nil { return }
      // A product of both counts can pass 2⁶³ for no catalog there is.
      let numbers = chunk.map { $0 * catalog.instructors / looked }
      let instructors = try await repository.get(numbers.map(catalog.id))
      for (number, instructor) in zip(numbers, instructors) {
        let expected = catalog.stored(number)
        guard let instructor else { return found.report("instructor \(expected.id) is missing") }
        found.add(Catalog.contentHash(of: instructor))
        guard Self.withoutVersion(instructor) != expected else { continue }
        return found.report(
          "instructor \(expected.id) is \(CanonicalText.content(instructor)), not \(CanonicalText.content(expected))"
        )
      }
    }
    checked.contentHash &+= found.contentHash
    return found.problem
  }

  private static func withoutVersion(_ instructor: Instructor) -> Instructor {
    var instructor = instructor
    instructor.version = 1
    return instructor
  }

  private static func withoutVersions(_ team: CourseTeam) -> CourseTeam {
    CourseTeam(
      courseID: team.courseID, primary: team.primary.map(withoutVersion),
      assistants: team.assistants.map(withoutVersion))
  }
}
