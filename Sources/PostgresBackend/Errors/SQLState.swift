import InstructorStore

/// PostgreSQL's five-character error codes and what they mean to a caller.
///
/// Source: PostgreSQL 15 documentation, appendix A.
enum SQLState {
  /// Raised by the store's own trigger: somebody loads rows in bulk.
  static let loading = "SL001"

  struct Meaning {
    var code: StoreError.Code
    var reason: String
    var constraint: Constraint?
    /// The server may have committed before it said so.
    var isOutcomeUnknown = false
  }

  /// - Parameter constraint: The name the server gave; constraints and unique indexes are named after ``Constraint``.
  static func meaning(of state: String, constraint name: String?) -> Meaning {
    switch state {
    case "23505":
      let constraint = name.flatMap(Constraint.init(rawValue:))
      return Meaning(code: .conflict, reason: "it is taken already", constraint: constraint)
    case "23503":
      let constraint = name.flatMap(Constraint.init(rawValue:))
      return Meaning(
        code: .referenceViolation, reason: "what it refers to does not exist", constraint: constraint)
    case "40001", "40P01":
      return Meaning(code: .contended, reason: "other writers got in the way")
    case "40003":
      return Meaning(code: .unreachable, reason: "the server lost track of it", isOutcomeUnknown: true)
    case "55P03":
      return Meaning(code: .timeout(.lock), reason: "the server gave up waiting for a lock")
    case "57014":
      return Meaning(code: .timeout(.response), reason: "the server stopped the statement")
    case "25006":
      return Meaning(code: .readOnly, reason: "the server takes no writes")
    case "28000", "28P01":
      return Meaning(code: .authenticationFailed, reason: "the server refused the user or password")
    case "42501":
      return Meaning(code: .authenticationFailed, reason: "the user lacks a privilege")
    case loading:
      return Meaning(code: .schemaMismatch, reason: "a bulk load is under way or was interrupted; load again")
    case "2BP01":
      return Meaning(code: .conflict, reason: "somebody else's objects depend on it")
    case "3D000":
      return Meaning(code: .schemaMismatch, reason: "the database does not exist")
    case "3F000", "42P01", "42703", "42883":
      return Meaning(code: .schemaMismatch, reason: "the schema is missing or another one; run migrate()")
    case "54000":
      return Meaning(code: .resourceExhausted, reason: "a limit of the server was exceeded")
    case "XX001", "XX002":
      return Meaning(code: .corruptData, reason: "the server reports corrupted data")
    default: break
    }
    switch state.prefix(2) {
    case "53":
      return Meaning(code: .resourceExhausted, reason: "the server is out of disk, memory or connections")
    case "57", "58":
      // Shutting down, crashed, starting up: an answer under way may have been lost with it.
      return Meaning(code: .unreachable, reason: "the server is going down or coming up", isOutcomeUnknown: true)
    case "08":
      return Meaning(code: .unreachable, reason: "the connection broke", isOutcomeUnknown: true)
    default:
      return Meaning(code: .internalError, reason: "the server answered with SQLSTATE \(state)")
    }
  }
}

/// What PostgreSQL said, for logs. May hold the server's text; never the connection string.
public struct PostgresError: Error, Sendable, CustomStringConvertible {
  /// Five characters, or empty where libpq itself failed.
  public let sqlState: String
  public let message: String

  public var description: String { sqlState.isEmpty ? message : "\(sqlState): \(message)" }
}
