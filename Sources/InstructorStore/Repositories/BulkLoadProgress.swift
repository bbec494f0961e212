/// How far a bulk load is.
public struct BulkLoadProgress: Sendable {
  /// What a load does, in this order; a backend leaves out what it has no need of. A phase ends with the last report that
  /// names it, so that a listener with a clock knows what each took. (Threads that work at the same time may report the last
  /// records of one source and the first of the next in either order.)
  public enum Phase: String, Sendable, CaseIterable {
    /// Marking the store, keeping others away, removing indexes.
    case preparing
    case instructors
    case reviewers
    case reviews
    case ratings
    case indexes
    /// Keys and references between tables, where they are made after the indexes.
    case constraints
    /// What the server's planner wants to know of the rows.
    case statistics
    /// Opening the store again.
    case finishing

    /// Those of records, in the order of the fields of ``BulkLoad``.
    public static var ofRecords: [Self] { [.instructors, .reviewers, .reviews, .ratings] }
  }
  public var phase: Phase
  /// In a phase of records, those of **all** sources done so far and in total; in the others, of the phase's own steps.
  public var done: Int
  public var total: Int

  public init(phase: Phase, done: Int, total: Int) {
    self.phase = phase
    self.done = done
    self.total = total
  }
}
