/// An organization's place in the leaderboard.
///
/// Two are equal when every field is, the text by its UTF-8 bytes.
public struct OrganizationStanding: Sendable, Codable {
  public var organization: String
  /// How many instructors it has.
  public var instructors: Int64
  /// Their learners, added up.
  public var learners: Int64

  public init(organization: String, instructors: Int64, learners: Int64) {
    self.organization = organization
    self.instructors = instructors
    self.learners = learners
  }
}

extension OrganizationStanding {
  /// The order of a leaderboard: most learners first, then the name by bytes.
  package static func precedes(_ left: Self, _ right: Self) -> Bool {
    left.learners != right.learners
      ? left.learners > right.learners : Bytewise.precedes(left.organization, right.organization)
  }
}

extension OrganizationStanding: Equatable {
  public static func == (left: Self, right: Self) -> Bool {
    Bytewise.equal(left.organization, right.organization) && left.instructors == right.instructors
      && left.learners == right.learners
  }
}
