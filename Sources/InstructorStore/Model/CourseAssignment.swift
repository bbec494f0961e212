/// What an instructor does on a course. A course has at most one primary instructor and any number of assistants.
public enum CourseRole: String, Sendable, Hashable, Codable, CaseIterable {
  case primary
  case assistant
}

/// One course an instructor teaches. An instructor is on a course at most once.
public struct CourseAssignment: Hashable, Sendable, Codable {
  public var courseID: CourseID
  public var role: CourseRole

  public init(courseID: CourseID, role: CourseRole) {
    self.courseID = courseID
    self.role = role
  }

  public static func primary(_ courseID: CourseID) -> Self { Self(courseID: courseID, role: .primary) }
  public static func assistant(_ courseID: CourseID) -> Self { Self(courseID: courseID, role: .assistant) }
}

/// Everybody who teaches one course, as one consistent read.
public struct CourseTeam: Equatable, Sendable {
  public var courseID: CourseID
  /// `nil` where the course has no primary instructor.
  public var primary: Instructor?
  /// Ascending by id.
  public var assistants: [Instructor]

  public init(courseID: CourseID, primary: Instructor?, assistants: [Instructor]) {
    self.courseID = courseID
    self.primary = primary
    self.assistants = assistants
  }
}
