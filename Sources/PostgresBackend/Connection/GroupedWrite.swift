import DriverKit
import InstructorStore

/// A write that may share a transaction with others: its statements, and what belongs to it where it runs alone.
///
/// Only for what is provably safe to group: a group keeps its locks until it commits, so two groups, or a group and any
/// other unit, must never wait for each other. A write may lock one thing that others know of, its ``lockOrder``, and
/// rows of its own that nobody else can know of. A group takes these locks in ascending order, as every other unit does.
class GroupedWrite: PipelinedRequest, @unchecked Sendable {
  typealias Call = PostgresConnection.Call

  /// What is locked.
  var lockOrder: LockOrder { .nothing }
  /// Which writes it may be grouped with.
  var batchClass: UInt8 { PipelineClass.writes }
  /// About what is sent, for the bound on a group.
  var bytes: Int { 0 }
  /// A second statement of the same unit, if there is one.
  var further: Statement? { nil }

  /// What it is about, once that is known.
  var entityID: Int64? { nil }

  /// Whether an id has to be drawn before the statements are bound. Those of a group that need one are of one kind.
  var needsID: Bool { false }

  /// Draws so many ids, for itself and others of its kind.
  func drawIDs(
    count: Int, _ connection: PostgresConnection, _ call: Call
  ) throws(StoreError) -> [Int64] { [] }

  func use(id: Int64) {}

  func bindFurther(_ parameters: ParameterBuffer) {}

  /// Whether the statements have done what was asked for; otherwise they have done nothing, and the write runs alone, to find
  /// out why. Not asked where the answer could not be decoded.
  var isDone: Bool { true }

  /// Whether statements do this write and all others that say so at once: the server then looks at a statement once for all of
  /// them. Those of a group are of one kind. If such a statement fails, it doesn't say whose fault it was.
  var sharesStatements: Bool { false }

  /// These statements, of this write and others.
  func statements(forAll writes: [GroupedWrite]) -> [Statement] { [] }

  /// Binds one of them.
  func bind(statement: Int, forAll writes: [GroupedWrite], _ parameters: ParameterBuffer) {}

  /// Does all of it, as a unit of its own.
  func runAlone(_ connection: PostgresConnection, _ call: Call) throws(StoreError) {}
}

/// What units wait for each other for, in the order in which all of them take it.
enum LockOrder: Comparable {
  case nothing
  /// The row of an instructor.
  case instructor(InstructorID)
  /// What whoever makes somebody the primary of a course waits for; see ``PostgresDataModel/primaryLock(_:)``.
  case primary(Int64)
}
