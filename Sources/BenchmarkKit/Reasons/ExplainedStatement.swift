/// A statement or command as a server ran it for one operation of a workload.
public struct ExplainedStatement: Sendable, Codable, Equatable {
  /// SQL, or a command of MongoDB.
  public var text: String
  /// Of the SQL, by number; empty where they stand in the text.
  public var parameters: [String]
  /// For example that the plan is one for any parameters.
  public var note: String?
  /// The plan with what its execution counted, a line for each step, inner ones indented; empty where the server has none.
  public var plan: [String]
  /// The indexes that were used.
  public var indexes: [String]
  /// Entries of indexes looked at; `nil` where the server doesn't count them.
  public var keysExamined: Int?
  /// Rows or documents looked at.
  public var rowsExamined: Int
  /// Rows or documents handed over, or changed.
  public var rowsReturned: Int
  /// Blocks found in the server's cache, and those that were not; `nil` where it doesn't tell.
  public var blocksHit: Int?
  public var blocksRead: Int?

  public init(text: String, parameters: [String] = [], rowsExamined: Int = 0, rowsReturned: Int = 0) {
    self.text = text
    self.parameters = parameters
    self.rowsExamined = rowsExamined
    self.rowsReturned = rowsReturned
    plan = []
    indexes = []
  }
}
