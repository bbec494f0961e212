public import InstructorStore

/// What a store must hold after this catalog was loaded into it.
extension Catalog {
  /// The row with this id as a bulk load leaves it, or `nil` for an id outside of the catalog.
  public func expectedInstructor(_ id: InstructorID) -> Instructor? {
    guard (1...Int64(instructorCount)).contains(id.rawValue) else { return nil }
    return Instructor(instructor(Int(id.rawValue) - 1), id: id)
  }

  /// The answer to a read of the course's team, or `nil` for a course outside of the catalog.
  public func expectedTeam(of id: CourseID) -> CourseTeam? {
    guard (1...Int64(courseCount)).contains(id.rawValue) else { return nil }
    let course = Int(id.rawValue) - 1
    let member = { (index: Int) in Instructor(instructor(index), id: InstructorID(Int64(index) + 1)) }
    return CourseTeam(
      courseID: id, primary: member(primaryIndex(ofCourse: course)),
      assistants: assistantIndexes(ofCourse: course).map(member))
  }

  /// The row with this id as a bulk load leaves it, or `nil` for an id outside of the catalog.
  public func expectedReviewer(_ id: ReviewerID) -> Reviewer? {
    (0..<Int64(reviewerCount)).contains(id.rawValue &- 1) ? reviewer(Int(id.rawValue) - 1) : nil
  }

  /// The row with this id as a bulk load leaves it, or `nil` for an id outside of the catalog.
  public func expectedReview(_ id: ReviewID) -> Review? {
    (0..<Int64(reviewCount)).contains(id.rawValue &- 1) ? review(Int(id.rawValue) - 1) : nil
  }

  /// The answer to a read of the course's rating, which is the zero rating outside of the catalog.
  public func expectedRating(of id: CourseID) -> CourseRating {
    (0..<Int64(ratingCount)).contains(id.rawValue &- 1) ? rating(ofCourse: Int(id.rawValue) - 1) : .zero(id)
  }

  /// The sum (modulo 2⁶⁴) of the content hashes of these records: the order doesn't matter, and the sums of
  /// parts add up to the sum of the whole. Compare it with the sum of ``contentHash(of:)-(Instructor)`` over stored rows.
  /// It finds mistakes; it is no signature.
  /// - Parameter range: Within `0..<instructorCount`.
  public func contentHash(of range: Range<Int>) -> UInt64 {
    var sum: UInt64 = 0
    for index in range {
      sum &+= Self.contentHash(of: Instructor(instructor(index), id: InstructorID(Int64(index) + 1)))
    }
    return sum
  }

  /// A hash of every field but the version.
  public static func contentHash(of review: Review) -> UInt64 {
    var hash = ContentHash()
    hash.combine(review.id.rawValue)
    hash.combine(review.courseID.rawValue)
    hash.combine(review.reviewerID.rawValue)
    hash.combine(review.reviewerName)
    hash.combine(review.reviewerPicture)
    hash.combine(Int64(review.stars.halves))
    hash.combine(review.comment)
    hash.combine(review.createdAt.milliseconds)
    hash.combine(review.helpful)
    hash.combine(review.reported)
    return hash.value
  }

  /// A hash of every field but the version.
  public static func contentHash(of reviewer: Reviewer) -> UInt64 {
    var hash = ContentHash()
    hash.combine(reviewer.id.rawValue)
    hash.combine(reviewer.name)
    hash.combine(reviewer.picture)
    hash.combine(reviewer.coursesTaken)
    hash.combine(reviewer.reviewCount)
    return hash.value
  }

  /// A hash of every field but the version.
  public static func contentHash(of instructor: Instructor) -> UInt64 {
    var hash = ContentHash()
    hash.combine(instructor.id.rawValue)
    hash.combine(instructor.firstName)
    hash.combine(instructor.middleInitial)
    hash.combine(instructor.lastName)
    hash.combine(instructor.academicTitle)
    hash.combine(instructor.title)
    hash.combine(instructor.organization)
    hash.combine(instructor.learners)
    hash.combine(Int64(instructor.averageRating?.tenths ?? -1))
    hash.combine(instructor.ratingCount)
    for course in instructor.courses {
      hash.combine(course.courseID.rawValue)
      hash.combine(course.role == .primary ? 1 : 0)
    }
    return hash.value
  }

  /// Names the catalog in results: 16 hexadecimal digits over the format version, the seed, the sizes, and up to a thousand
  /// records of each kind spread over all of it. Takes a few milliseconds.
  public var fingerprint: String {
    var hash = ContentHash()
    hash.combine(Int64(Self.formatVersion))
    hash.combine(Int64(bitPattern: seed))
    hash.combine(Int64(instructorCount))
    hash.combine(Int64(courseCount))
    for index in Self.samples(of: instructorCount) {
      hash.combine(Int64(bitPattern: contentHash(of: index..<index + 1)))
    }
    // Nothing of it without any, so that catalogs without reviews keep their names.
    if reviewerCount > 0 {
      hash.combine(Int64(reviewerCount))
      hash.combine(Int64(reviewCount))
    }
    for index in Self.samples(of: reviewerCount) {
      hash.combine(Int64(bitPattern: Self.contentHash(of: reviewer(index))))
    }
    for index in Self.samples(of: reviewCount) {
      hash.combine(Int64(bitPattern: Self.contentHash(of: review(index))))
    }
    let digits = String(hash.value, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
  }

  /// Up to a thousand indexes spread over all.
  private static func samples(of count: Int) -> [Int] {
    let samples = min(count, 1_000)
    return (0..<samples).map { $0 * count / samples }
  }
}

/// FNV-1a, 64 bits (Fowler, Noll, Vo; draft-eastlake-fnv), with SplitMix64's finaliser at the end.
private struct ContentHash {
  private var state: UInt64 = 0xcbf2_9ce4_8422_2325

  var value: UInt64 { SplitMix64.mix(state) }

  private mutating func combine(byte: UInt8) { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }

  mutating func combine(_ integer: Int64) {
    for shift in stride(from: 0, to: 64, by: 8) { combine(byte: UInt8(truncatingIfNeeded: integer >> shift)) }
  }

  /// Absent, empty and present texts differ, and so does where one ends: 0xFF is in no UTF-8.
  mutating func combine(_ text: String?) {
    if let text {
      for byte in text.utf8 { combine(byte: byte) }
    } else {
      combine(byte: 0xfe)
    }
    combine(byte: 0xff)
  }
}
