public import InstructorStore

/// A 64-bit hash of what one operation asks for, or is answered (FNV-1a over its parts, finished by a mixing step).
///
/// The hashes of executed operations are *added* (modulo 2⁶⁴), so the sum depends on which operations ran and
/// how often, and on nothing else: not on their order, the number of tasks, or the backend.
public struct TraceDigest: Sendable {
  private var state: UInt64 = 0xcbf2_9ce4_8422_2325
  private static let prime: UInt64 = 0x100_0000_01b3

  public init() {}

  public mutating func add(_ integer: Int64) {
    // One multiplication for eight bytes: the finishing step makes up for the weaker diffusion.
    state = (state ^ UInt64(bitPattern: integer)) &* Self.prime
    state ^= state >> 29
  }

  public mutating func add(_ integer: Int) { add(Int64(integer)) }

  /// The hash of a part.
  mutating func add(_ hash: UInt64) { add(Int64(bitPattern: hash)) }

  public mutating func add(_ text: String) {
    for byte in text.utf8 { state = (state ^ UInt64(byte)) &* Self.prime }
    add(text.utf8.count)
  }

  public mutating func add(_ text: String?) {
    if let text { add(text) } else { add(-1) }
  }

  public mutating func add(_ new: NewInstructor) {
    add(new.id?.rawValue ?? -1)
    add(new.firstName)
    add(new.middleInitial)
    add(new.lastName)
    add(new.academicTitle)
    add(new.title)
    add(new.organization)
    add(new.learners)
    add(new.averageRating?.tenths ?? -1)
    add(new.ratingCount)
    for course in new.courses {
      add(course.courseID.rawValue)
      add(course.role == .primary ? 1 : 2)
    }
  }

  public mutating func add(_ new: NewReview) {
    add(new.id?.rawValue ?? -1)
    add(new.courseID.rawValue)
    add(new.reviewerID.rawValue)
    add(new.stars.halves)
    add(new.comment)
    add(new.createdAt.milliseconds)
  }

  public var value: UInt64 { TraceRandom.mixed(state) }
}

/// The text form of a trace hash: 16 hexadecimal digits.
public func traceHashText(_ hash: UInt64) -> String {
  let digits = String(hash, radix: 16)
  return String(repeating: "0", count: 16 - digits.utf8.count) + digits
}
