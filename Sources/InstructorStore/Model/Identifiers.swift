/// A typed database identifier: a positive `Int64` below 2⁶².
///
/// Each entity has its own identifier type, so that a course id can't be passed where an instructor id is
/// meant. Creating a value never fails (ids arrive from URLs and rows alike); an id outside
/// ``Limits/identifiers`` is answered with ``StoreError/Code/invalidArgument`` by the call that gets it,
/// before anything is sent to a database.
public protocol EntityIdentifier: Hashable, Comparable, Sendable, Codable, CustomStringConvertible,
  ExpressibleByIntegerLiteral
{
  var rawValue: Int64 { get }
  init(_ rawValue: Int64)
}

extension EntityIdentifier {
  public init(integerLiteral value: Int64) { self.init(value) }
  public var description: String { String(rawValue) }
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
  public init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode(Int64.self))
  }
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(rawValue)
  }
}

/// Identifies an ``Instructor``.
public struct InstructorID: EntityIdentifier {
  public let rawValue: Int64
  public init(_ rawValue: Int64) { self.rawValue = rawValue }
}

/// Identifies a course. There is no course entity: any positive id is a valid course.
public struct CourseID: EntityIdentifier {
  public let rawValue: Int64
  public init(_ rawValue: Int64) { self.rawValue = rawValue }
}

/// Identifies a ``Reviewer``.
public struct ReviewerID: EntityIdentifier {
  public let rawValue: Int64
  public init(_ rawValue: Int64) { self.rawValue = rawValue }
}

/// Identifies a ``Review``.
public struct ReviewID: EntityIdentifier {
  public let rawValue: Int64
  public init(_ rawValue: Int64) { self.rawValue = rawValue }
}

/// The entities whose ids the store hands out; see ``StorageBackend/reserveIDs(_:count:)``.
public enum EntityKind: String, Sendable, CaseIterable {
  case instructor
  case reviewer
  case review
}
