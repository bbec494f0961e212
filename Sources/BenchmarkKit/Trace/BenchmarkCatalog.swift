public import InstructorStore

/// The catalog that every backend of a run is loaded with: what a workload needs to know about it.
///
/// The record with number *i* has the id *i* + 1, and courses have the ids 1 up to ``courses``.
public struct BenchmarkCatalog: Sendable {
  public let seed: UInt64
  /// The number of instructors.
  public let instructors: Int
  /// The number of courses.
  public let courses: Int

  public init(seed: UInt64, instructors: Int, courses: Int) {
    self.seed = seed
    self.instructors = instructors
    self.courses = courses
  }

  func id(_ number: Int) -> InstructorID { InstructorID(Int64(number) + 1) }
  func course(_ number: Int) -> CourseID { CourseID(Int64(number) + 1) }

  /// The instructor with this number, as it is loaded.
  public func instructor(_ number: Int) -> NewInstructor {
    var random = TraceRandom(seed: seed, stream: 0xCA7A_106, index: number)
    let organization = random.below(1 + instructors / 50)
    return NewInstructor(
      id: id(number), firstName: "First\(random.below(1_000))", lastName: "Last\(random.below(10_000))",
      title: "Lecturer", organization: "University \(organization)", learners: Int64(random.below(1_000_000)),
      averageRating: AverageRating(tenths: random.below(51)), ratingCount: Int64(random.below(10_000)),
      courses: number < courses ? [.primary(course(number))] : [])
  }

  /// All instructors, for a bulk load.
  public var source: BulkSource<NewInstructor> {
    BulkSource(count: instructors) { range in range.map(instructor) }
  }
}
