import DriverKit
import InstructorStore
import Synchronization

/// What a review write is to do.
enum ReviewChange: Sendable {
  case create(NewReview, isRetry: Bool)
  /// `seen` is the review as it was found when the call began.
  case update(ReviewPatch, ifVersion: Int64?, seen: Review)
  case delete(ifVersion: Int64?, seen: Review)
  /// Counts the course's reviews anew.
  case recount
}

/// What came of it.
enum ReviewOutcome: Sendable {
  case review(Review)
  case deleted
  case rating(CourseRating)
  /// The review is one of another course by now: it was deleted and made again.
  case isElsewhere
}

/// One review write on its way through a ``CourseQueue``: waiting, running, finished exactly once.
final class ReviewWrite: @unchecked Sendable {
  // Unchecked, because of `phase`, `ticket` and `continuation`: they are touched under the queue's lock only, and the
  // continuation is used by whoever moved `phase` to `finished`, which happens once.

  typealias Continuation = UnsafeContinuation<Result<ReviewOutcome, StoreError>, Never>

  enum Phase {
    case created
    case waiting
    case running
    case finished
  }

  let change: ReviewChange
  let course: CourseID
  let context: CallContext
  let deadline: Deadline
  /// When the call was made, in nanoseconds on the monotonic clock.
  let start = Deadline.now()
  var phase = Phase.created
  /// Its place in the order in which writes came.
  var ticket: UInt64 = 0
  var continuation: Continuation?
  private let drawnID = Atomic<Int64>(0)

  init(_ change: ReviewChange, of course: CourseID, _ context: CallContext, deadline: Deadline) {
    self.change = change
    self.course = course
    self.context = context
    self.deadline = deadline
  }

  /// The review's id; `nil` while none was drawn for a new one.
  var id: Int64? {
    switch change {
    case .create(let new, _):
      if let id = new.id { return id.rawValue }
      let drawn = drawnID.load(ordering: .acquiring)
      return drawn == 0 ? nil : drawn
    case .update(_, _, let seen), .delete(_, let seen): return seen.id.rawValue
    case .recount: return nil
    }
  }

  func setDrawnID(_ id: Int64) { drawnID.store(id, ordering: .releasing) }

  var needsID: Bool {
    if case .create(let new, _) = change { new.id == nil } else { false }
  }

  /// Whether it can't share a transaction.
  var isExclusive: Bool {
    if case .recount = change { true } else { false }
  }

  /// About how much it sends.
  var byteCount: Int {
    switch change {
    case .create(let new, _): 1_500 + new.comment.utf8.count
    case .update(let patch, _, let seen): 1_500 + (patch.comment ?? seen.comment).utf8.count
    case .delete, .recount: 100
    }
  }
}
