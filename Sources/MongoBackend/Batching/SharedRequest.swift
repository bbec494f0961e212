import DriverKit
import InstructorStore

typealias SharedCall = BatchedCall<MongoConnection, SharedRequest>

/// What a call asks for that may share a command with others of its kind, and the place for its answer.
///
/// The wire protocol has no pipelining: one `find` with `$in` or one `insert` of several documents serves them all, and
/// what comes back tells by its key or index whose it is. Updates and deletes share a transaction instead: their replies tell
/// totals only.
enum SharedRequest: Sendable {
  case instructor(InstructorID, Answer<Instructor?>)
  case primary(CourseID, Answer<Instructor?>)
  /// `nil`: the team has more members than a read returns.
  case team(CourseID, Answer<CourseTeam?>)
  case review(ReviewID, Answer<Review?>)
  case reviewer(ReviewerID, Answer<Reviewer?>)
  case rating(CourseID, Answer<CourseRating?>)
  /// Not one that repeats an earlier create: it may have to wait for what that one wrote.
  case create(NewInstructor, Answer<Instructor>)
  /// The patch changes something.
  case update(InstructorID, InstructorPatch, ifVersion: Int64?, Answer<Instructor>)
  case delete(InstructorID, ifVersion: Int64?, Answer<Bool>)

  /// The batch class of updates and deletes. Two transactions at a time would conflict where they want one instructor.
  static let changes: UInt8 = 8

  /// The batch classes of reads.
  static let reads: Set<UInt8> = [1, 2, 3, 5, 6, 7]

  /// One kind of command each.
  var batchClass: UInt8 {
    switch self {
    case .instructor: 1
    case .primary: 2
    case .team: 3
    case .create: 4
    case .review: 5
    case .reviewer: 6
    case .rating: 7
    case .update, .delete: Self.changes
    }
  }

  var effect: CallEffect {
    switch self {
    case .instructor, .primary, .team, .review, .reviewer, .rating: .read
    case .create, .update, .delete: .write
    }
  }

  /// What the request adds to a command, roughly and rather too much.
  var bytes: Int {
    switch self {
    case .instructor, .primary, .review, .reviewer, .rating: 16
    case .team: 32
    case .create(let new, _):
      256 + new.firstName.utf8.count + new.lastName.utf8.count + (new.middleInitial?.utf8.count ?? 0)
        + (new.academicTitle?.utf8.count ?? 0) + (new.title?.utf8.count ?? 0)
        + (new.organization?.utf8.count ?? 0)
        + 16 * new.courses.count
    // No more than the texts of an instructor.
    case .update: 1_024
    case .delete: 64
    }
  }
}

/// The place for one answer.
final class Answer<Value: Sendable>: @unchecked Sendable {
  // Unchecked, because the value is a variable: the thread that has the connection writes it, and the caller reads it
  // when the call is over. The pool orders the two.
  var value: Value?
}

extension MongoCore {
  /// As ``run(_:_:validate:_:)``, for a call that may share a command with those that wait beside it.
  ///
  /// - Parameter deadline: Of the call that this is a part of, if it is.
  func share<Value: Sendable>(
    _ context: CallContext, by deadline: Deadline? = nil, validate: (Validation) throws(StoreError) -> Void,
    _ request: (Answer<Value>) -> SharedRequest
  ) async throws(StoreError) -> Value {
    try pool.admit(context)
    try validate(Validation(context))
    let answer = Answer<Value>()
    let request = request(answer)
    let limits =
      if let deadline { try pool.limits(for: context, by: deadline) } else { try pool.limits(for: context) }
    try await pool.perform(
      SharedCall(
        context, request.effect, limits, request: request, batchClass: request.batchClass,
        bytes: request.bytes))
    guard let value = answer.value else {
      throw context.error(.internalError, "the call ended without an answer")
    }
    return value
  }
}

extension MongoConnection {
  /// Serves calls of one kind, in one command where that is possible; a single one by the command it would send with
  /// batching off.
  func serve(_ calls: [SharedCall], _ gate: SchemaGate, _ ids: IDAllocator) {
    guard let first = calls.first, let unit = calls.count == 1 ? first : CallGroup<MongoConnection>(calls)
    else {
      return
    }
    do throws(StoreError) { try gate.pass(self, unit) } catch {
      for call in calls { call.keep(error) }
      return
    }
    switch first.request {
    case .instructor, .primary, .team, .review, .reviewer, .rating: read(calls, unit)
    case .create: create(calls, unit, ids, gate)
    case .update, .delete: change(calls, unit, gate)
    }
  }
}
