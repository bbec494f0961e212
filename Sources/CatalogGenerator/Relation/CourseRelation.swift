internal import InstructorStore

/// Who teaches what, computable from the course's side and from the instructor's side without any table.
///
/// Two permutations hide a regular pattern. A course goes to a *slot* in `0..<courses`, an instructor to a
/// *position* in `0..<instructors`. Slots are dealt in rounds: slot *s* belongs to round *s / instructors*, and its primary
/// instructor is the one at position *s mod instructors*. So each instructor is primary of ⌊courses / instructors⌋ or one
/// more. Assistant *a* (0, 1, 2) sits at the primary's position plus an offset that depends on the round and on *a*;
/// the offsets of a round are distinct and not zero modulo `instructors`, so nobody is on a team twice. Every step
/// is invertible, which gives an instructor its courses: for each round and offset there is one candidate slot.
struct CourseRelation: Sendable {
  static let maximumAssistants = 3

  let instructors: UInt64
  let courses: UInt64
  /// With fewer than four instructors teams are smaller.
  let assistantLimit: Int
  private let courseSlots: KeyedPermutation
  private let instructorPositions: KeyedPermutation
  private let countKey: UInt64
  /// How often the instructors are dealt out, the last time perhaps in part.
  private let rounds: Int
  /// `assistantLimit` offsets for each round, each in `1..<instructors`.
  private let offsets: [UInt64]

  /// - Parameters: both at least 1.
  init(instructors: UInt64, courses: UInt64, seed: UInt64) {
    self.instructors = instructors
    self.courses = courses
    assistantLimit = Int(min(UInt64(Self.maximumAssistants), instructors - 1))
    courseSlots = KeyedPermutation(count: courses, key: CatalogStream.coursePermutation.key(seed: seed))
    instructorPositions = KeyedPermutation(
      count: instructors, key: CatalogStream.instructorPermutation.key(seed: seed))
    countKey = CatalogStream.assistantCounts.key(seed: seed)
    rounds = Int((courses - 1) / instructors + 1)
    var random = SplitMix64(seed: CatalogStream.assistantOffsets.key(seed: seed))
    var offsets: [UInt64] = []
    for _ in 0..<rounds {
      offsets += Self.drawOffsets(count: assistantLimit, below: instructors, &random)
    }
    self.offsets = offsets
  }

  /// Distinct values of `1..<bound`, every choice equally likely.
  private static func drawOffsets(count: Int, below bound: UInt64, _ random: inout SplitMix64) -> [UInt64] {
    var drawn: [UInt64] = []
    for _ in 0..<count {
      var offset = 1 + random.next().scaled(below: bound - 1 - UInt64(drawn.count))
      // The draw is a rank among the values left: step over the ones taken.
      for taken in drawn.sorted() where offset >= taken { offset += 1 }
      drawn.append(offset)
    }
    return drawn
  }

  // MARK: From the course

  func primary(ofCourse course: UInt64) -> UInt64 {
    instructorPositions.preimage(of: courseSlots.image(of: course) % instructors)
  }

  /// In no particular order.
  func assistants(ofCourse course: UInt64) -> [UInt64] {
    let slot = courseSlots.image(of: course)
    let (round, position) = slot.quotientAndRemainder(dividingBy: instructors)
    return (0..<assistantCount(ofSlot: slot)).map { assistant in
      let shifted = position + offsets[Int(round) * assistantLimit + assistant]
      return instructorPositions.preimage(of: shifted < instructors ? shifted : shifted - instructors)
    }
  }

  /// Four neighbouring slots have 0, 1, 2 and 3 assistants in a random order: the mean is 1.5, and a sum over
  /// all courses needs no loop. The permutation spreads neighbours over all courses.
  @inline(__always)
  private func assistantCount(ofSlot slot: UInt64) -> Int {
    min(Int((slot ^ SplitMix64.hash(slot >> 2, key: countKey)) & 3), assistantLimit)
  }

  /// The assistants of all courses together.
  var assistantTotal: UInt64 {
    let perFour = (0...3).reduce(UInt64(0)) { $0 + UInt64(min($1, assistantLimit)) }
    let rest = (courses & ~3)..<courses
    return (courses >> 2) * perFour + rest.reduce(0) { $0 + UInt64(assistantCount(ofSlot: $1)) }
  }

  // MARK: From the instructor

  /// Ascending by course id; at most (1 + 3) × rounds.
  func assignments(ofInstructor instructor: UInt64) -> [CourseAssignment] {
    let position = instructorPositions.image(of: instructor)
    var count = 0
    visitSlots(ofPosition: position) { _, _ in count += 1 }
    guard count > 0 else { return [] }
    var assignments: [CourseAssignment] = []
    assignments.reserveCapacity(count)
    visitSlots(ofPosition: position) { slot, role in
      let course = CourseID(Int64(courseSlots.preimage(of: slot)) + 1)
      assignments.append(CourseAssignment(courseID: course, role: role))
    }
    assignments.sort { $0.courseID < $1.courseID }
    return assignments
  }

  @inline(__always)
  private func visitSlots(ofPosition position: UInt64, _ body: (UInt64, CourseRole) -> Void) {
    var start: UInt64 = 0
    var offset = 0
    for _ in 0..<rounds {
      if start + position < courses { body(start + position, .primary) }
      for assistant in 0..<assistantLimit {
        // The position whose primary has this instructor as that assistant.
        let shift = offsets[offset]
        let slot = start + (position >= shift ? position - shift : position + instructors - shift)
        if slot < courses, assistantCount(ofSlot: slot) > assistant { body(slot, .assistant) }
        offset += 1
      }
      start += instructors
    }
  }
}
