import DriverKit
import InstructorStore

/// A write that may share a transaction with others: one statement, and what belongs to it where it runs alone.
///
/// Only for what is provably safe to group: a group keeps its locks until it commits, so two groups, or a group and any
/// other unit, must never wait for each other. It may lock instructors that exist, one per write, in the ascending
/// order of ``lockOrder``, and rows of its own that nobody else can know of; it touches no entry of
/// `course_instructors`, which other units wait for while they hold an instructor. Every other unit that locks several
/// instructors does so in ascending order too.
class GroupedWrite: PipelinedRequest, @unchecked Sendable {
  typealias Call = PostgresConnection.Call

  /// The instructor that is locked; 0 where none is.
  var lockOrder: Int64 { 0 }
  /// About what is sent, for the bound on a group.
  var bytes: Int { 0 }

  /// What is needed before the statement is bound: its id, for example.
  func begin(_ connection: PostgresConnection, _ call: Call) throws(StoreError) {}

  /// Whether the statement has done what was asked for; otherwise the write runs alone, to find out why not.
  var isDone: Bool { true }

  /// Does all of it, as a unit of its own.
  func runAlone(_ connection: PostgresConnection, _ call: Call) throws(StoreError) {}
}
