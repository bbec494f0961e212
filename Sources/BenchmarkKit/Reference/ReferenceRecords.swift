public import InstructorStore

/// The ids of the records that the other side makes: no catalog and no workload has them.
public enum ReferenceRecords {
  /// Each segment has so many of its own, ids and courses alike.
  private static let perSegment: Int64 = 1 << 36
  /// Each client of a segment.
  public static let perClient: Int64 = 1 << 24
  /// Courses that records share as assistants.
  public static let sharedCourses = InstructorCreate.sharedCourses
  public static let firstSharedCourse = IdentifierSpace.sharedCourses

  public static func firstID(segment: Int) -> Int64 {
    IdentifierSpace.probeInstructors + Int64(segment) * perSegment
  }

  /// Courses that records are the primary of: record *n* of the segment has course
  /// `first + (n * scatter) % coursesPerSegment`, so that neighbours are far apart and no two have the same.
  public static func firstCourse(segment: Int) -> Int64 {
    IdentifierSpace.probeCourses + Int64(segment) * perSegment
  }
  /// Where in the catalog, from 0 and beyond its end, the records begin that the segment's are modelled on: each segment has others.
  public static func firstSample(segment: Int) -> Int64 { Int64(segment) * 20_000 }
  public static let coursesPerSegment = perSegment
  /// Odd, and small enough for 64 bits. The C loops have it too.
  public static let scatter = 1_103_515_245
}

extension BenchmarkCatalog {
  /// A record of the catalog whose texts are about as long as they are on average, for clients that send the same ones
  /// again and again.
  public var typicalInstructor: NewInstructor {
    let sample = (0..<min(instructors, 1_000)).map(instructor)
    func size(_ new: NewInstructor) -> Int {
      [new.firstName, new.lastName, new.middleInitial, new.academicTitle, new.title, new.organization]
        .reduce(0) { $0 + ($1?.utf8.count ?? 0) }
    }
    let mean = sample.reduce(0) { $0 + size($1) } / sample.count
    return sample.min { abs(size($0) - mean) < abs(size($1) - mean) } ?? sample[0]
  }

  /// A comment about as long as those of new reviews are on average; likewise.
  public var typicalComment: String {
    let sample = (0..<1_000).map { newReview($0, id: ReviewID(1), ofCourse: 0, by: 0).comment }
    let mean = sample.reduce(0) { $0 + $1.utf8.count } / sample.count
    return sample.min { abs($0.utf8.count - mean) < abs($1.utf8.count - mean) } ?? ""
  }
}
