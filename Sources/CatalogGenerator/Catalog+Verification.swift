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
  /// records spread over all of it. Takes about a millisecond.
  public var fingerprint: String {
    var hash = ContentHash()
    hash.combine(Int64(Self.formatVersion))
    hash.combine(Int64(bitPattern: seed))
    hash.combine(Int64(instructorCount))
    hash.combine(Int64(courseCount))
    let samples = min(instructorCount, 1_000)
    for sample in 0..<samples {
      let index = sample * instructorCount / samples
      hash.combine(Int64(bitPattern: contentHash(of: index..<index + 1)))
    }
    let digits = String(hash.value, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
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
