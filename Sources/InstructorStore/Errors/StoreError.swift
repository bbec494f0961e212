/// The one error of the storage library.
///
/// Switch on ``code``, never on text. ``description`` is one line and shows no stored value, SQL or credential.
/// When several things are wrong with a call, the first of these is reported, on every backend: invalid
/// argument, conflict on the id, not found, reference violation, conflict on the course's primary.
public struct StoreError: Error, Sendable {
  /// What went wrong, the same on every backend.
  public enum Code: Hashable, Sendable {
    case notFound
    /// An id, a course's primary, an assignment or an expected version is taken or changed; see ``constraint``.
    case conflict
    /// The call can't succeed as it is: a value is outside ``Limits``. Nothing was sent.
    case invalidArgument
    /// The call names another entity that does not exist.
    case referenceViolation
    /// Other writers kept winning; retries are used up and nothing was applied.
    case contended
    /// The deadline passed.
    case timeout(TimeoutPhase)
    /// The task was cancelled.
    case cancelled
    /// Every connection is in use and the queue of waiting calls is full, or the wait was too long.
    case poolExhausted
    /// The server can't be reached, or the connection to it broke.
    case unreachable
    case authenticationFailed
    /// The server takes no writes (a standby, a read-only database).
    case readOnly
    /// The server is out of disk, memory or connections, or the call is too large for one unit of work.
    case resourceExhausted
    /// The schema is missing, of another version, or being bulk-loaded. `migrate()` is what creates it.
    case schemaMismatch
    /// What is stored can't be decoded.
    case corruptData
    /// The store was closed.
    case closed
    /// A defect of this library or an answer it doesn't know.
    case internalError
  }

  /// Where the time went when a deadline passed.
  public enum TimeoutPhase: String, Hashable, Sendable {
    /// Waiting for or making a connection; nothing was sent.
    case connection
    /// Sent, and no answer in time.
    case response
    /// The server gave up waiting for a lock.
    case lock
  }

  /// Whether the call changed anything.
  public enum Outcome: String, Hashable, Sendable {
    /// It did not: the call can be made again.
    case notApplied
    /// It may have: the connection was lost, or the deadline passed, after a write was sent. A create can be made
    /// again safely with ``StoreError/entityID`` and `isRetry: true`.
    case unknown
  }

  public var code: Code
  /// For example `instructors.create`.
  public var operation: String
  /// For example `postgres`.
  public var backend: String
  /// The rule a `conflict` or `referenceViolation` broke.
  public var constraint: Constraint?
  /// The id of the entity in question: that of a create whose outcome is unknown, or of what was not found.
  public var entityID: Int64?
  /// Which item of a `createMany` failed.
  public var index: Int?
  public var outcome: Outcome
  /// What happened in a few words, without any data.
  public var reason: String
  /// The driver's own error where there is one. For logs; it may hold what the server said.
  public var underlying: (any Error)?

  public init(
    _ code: Code, operation: String, backend: String, reason: String, constraint: Constraint? = nil,
    entityID: Int64? = nil, index: Int? = nil, outcome: Outcome = .notApplied,
    underlying: (any Error)? = nil
  ) {
    self.code = code
    self.operation = operation
    self.backend = backend
    self.reason = reason
    self.constraint = constraint
    self.entityID = entityID
    self.index = index
    self.outcome = outcome
    self.underlying = underlying
  }

  /// Whether the same call may simply be made again: nothing was applied, and the cause may pass by itself.
  public var isSafeToRetry: Bool {
    guard outcome == .notApplied else { return false }
    switch code {
    case .contended, .timeout, .poolExhausted, .unreachable, .resourceExhausted, .readOnly: return true
    case .notFound, .conflict, .invalidArgument, .referenceViolation, .cancelled, .authenticationFailed,
      .schemaMismatch, .corruptData, .closed, .internalError:
      return false
    }
  }

  package func at(index: Int) -> StoreError {
    var error = self
    error.index = index
    return error
  }
}

/// The names of the rules that a write can break, the same on every backend.
public enum Constraint: String, Sendable, Hashable {
  /// The instructor's id is taken.
  case instructorID = "instructor_id"
  /// The course has a primary instructor already.
  case primaryOfCourse = "primary_of_course"
  /// The instructor is on the course already.
  case courseAssignment = "course_assignment"
  /// The entity's version is not the one given as `ifVersion`.
  case version = "version"
  /// The instructor that the call names does not exist.
  case instructorReference = "instructor_reference"
  /// The reviewer's id is taken.
  case reviewerID = "reviewer_id"
  /// The review's id is taken.
  case reviewID = "review_id"
  /// The reviewer that the call names does not exist.
  case reviewerReference = "reviewer_reference"
  /// The course has a rating already: of bulk loads alone.
  case courseRating = "course_rating"
  /// A load of something else was interrupted and can be gone on with: of bulk loads alone.
  case interruptedLoad = "interrupted_load"
}

extension StoreError: CustomStringConvertible {
  public var description: String {
    var text = "\(code) in \(operation) (\(backend))"
    if let index { text += ", item \(index)" }
    text += ": \(reason)"
    if let constraint { text += " [\(constraint.rawValue)]" }
    if outcome == .unknown { text += "; whether it was applied is unknown" }
    return text
  }
}

extension StoreError.Code: CustomStringConvertible {
  /// The code's name, with the phase of a timeout in parentheses.
  public var description: String {
    switch self {
    case .notFound: "notFound"
    case .conflict: "conflict"
    case .invalidArgument: "invalidArgument"
    case .referenceViolation: "referenceViolation"
    case .contended: "contended"
    case .timeout(let phase): "timeout(\(phase.rawValue))"
    case .cancelled: "cancelled"
    case .poolExhausted: "poolExhausted"
    case .unreachable: "unreachable"
    case .authenticationFailed: "authenticationFailed"
    case .readOnly: "readOnly"
    case .resourceExhausted: "resourceExhausted"
    case .schemaMismatch: "schemaMismatch"
    case .corruptData: "corruptData"
    case .closed: "closed"
    case .internalError: "internalError"
    }
  }
}
