/// One call of the interface as a line of text that can be stored, read and changed: what a differential test runs.
///
/// **Ids** are small numbers, so that calls collide: 1…999 stand for ids of the sequence's own range, 1,000 and more for
/// the id that an earlier step drew (``drawnID(step:index:)``), and all others for themselves, which makes them invalid
/// arguments or ids that nobody has.
public struct DifferentialOperation: Codable, Sendable, Equatable {
  /// Which call; the other fields are its arguments, absent where the call has none.
  public enum Call: String, Codable, Sendable, CaseIterable {
    case createInstructor, createInstructors, getInstructor, getInstructors, updateInstructor
    case deleteInstructor, team, primary, assign, unassign, replacePrimary, listInstructors
    case countInstructors, leaderboard
    case createReviewer, getReviewer, updateReviewer, deleteReviewer
    case createReview, getReview, updateReview, deleteReview, markHelpful, report, page, search, summary
    case getRating, putRating, deleteRating, recompute, histogram
    case ping, reserve

    /// Whether the answer depends on instructors that no argument names.
    var isOfAllInstructors: Bool { [.listInstructors, .countInstructors, .leaderboard].contains(self) }
  }

  /// Its number in the sequence it was made for; it stays when other steps are taken out.
  public var step: Int
  public var call: Call
  public var id: Int64?
  public var ids: [Int64]?
  public var course: Int64?
  public var courses: [Int64]?
  /// The course of each is given by ``courses``: whether the instructor is its primary.
  public var primaries: [Bool]?
  public var reviewer: Int64?
  public var isRetry: Bool?
  public var ifVersion: Int64?
  public var halves: Int?
  public var counts: [Int64]?
  public var milliseconds: Int64?
  public var number: Int64?
  /// A name, a comment or the text searched for.
  public var text: String?
  /// A first name, a picture or an organization.
  public var otherText: String?
  /// Optional fields of a patch that are cleared.
  public var clear: Bool?
  public var helpfulFirst: Bool?
  public var limit: Int?
  /// The step whose page the cursor comes from; a step without one gives none.
  public var cursorOf: Int?
  /// A cursor as it stands.
  public var token: String?
  /// The items of a `createMany`.
  public var items: [DifferentialOperation]?

  public init(_ call: Call, step: Int) {
    self.call = call
    self.step = step
  }

  /// How a later operation names the id that `step` drew; of a `createMany` that of the item `index`, below 16.
  public static func drawnID(step: Int, index: Int = 0) -> Int64 { 1_000 + Int64(step) * 16 + Int64(index) }
}
