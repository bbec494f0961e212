public import InstructorStore

/// How `dbbench` ends: the sysexits codes for "could not measure", small numbers for findings.
public enum ExitStatus: Int32, Sendable {
  case success = 0
  /// A workload has no verdict, and one was asked for.
  case inconclusive = 2
  /// An assertion about the figures does not hold, or a measure is below its bar.
  case assertionMissed = 3
  /// The backends answered differently, or the data was not what it should be afterwards.
  case mismatch = 4
  /// What was measured decides nothing: the servers' durability or the runs' fingerprints differ, or the machine was busy.
  case void = 5
  case usage = 64
  case malformedInput = 65
  case missingInput = 66
  /// A server can't be reached or used as it is, somebody else is using it, or a server binary is missing.
  case unavailable = 69
  case internalError = 70
  /// The target holds something that `dbbench` did not make.
  case foreignTarget = 73
  /// Or a privilege that the user lacks.
  case wrongPassword = 77
  case hungUp = 129
  case interrupted = 130
  case terminated = 143
}

/// Why a benchmark did not run to its end, in one line that says what to do next.
public struct BenchmarkFailure: Error, Sendable, CustomStringConvertible {
  public var status: ExitStatus
  /// What happened, in one line; a mismatch has a few.
  public var message: String
  /// What to do next, where the message doesn't say so itself.
  public var advice: String

  public init(_ status: ExitStatus, _ message: String, advice: String = "") {
    self.status = status
    self.message = message
    self.advice = advice
  }

  public var description: String { advice.isEmpty ? message : "\(message). \(advice)" }

  /// - Parameter activity: What was going on, for example "loading postgres".
  public init(_ error: StoreError, during activity: String) {
    let lacksPrivilege = error.reason.hasPrefix("the user lacks")
    let (status, advice): (ExitStatus, String) =
      switch error.code {
      case .timeout(.response), .timeout(.lock):
        (
          .unavailable,
          "The server is there and took longer than the call may: load fewer records, or see what else it is doing."
        )
      case .unreachable, .timeout, .poolExhausted, .closed:
        (.unavailable, "Is the server running? Check its URL and log.")
      case .authenticationFailed where lacksPrivilege:
        (
          .wrongPassword,
          "Grant the user of the URL the right to create a schema (PostgreSQL: CREATE on the database) or to read, write "
            + "and drop the database (MongoDB: dbOwner), or use another user."
        )
      case .authenticationFailed: (.wrongPassword, "Check user and password in the URL.")
      // The server is not one that can be used, or its database isn't there: the reason says which.
      case .schemaMismatch:
        (
          .unavailable,
          "Point the URL at a database that exists, PostgreSQL 15 or later in UTF8, MongoDB 6.0 or later as a replica set."
        )
      case .readOnly: (.unavailable, "Point the URL at a server that takes writes.")
      case .resourceExhausted: (.unavailable, "Free disk or connections, or load fewer records.")
      case .conflict where error.constraint == .interruptedLoad:
        (
          .usage,
          "Give the arguments that it was begun with, or leave --resume out: then what is there is replaced."
        )
      case .invalidArgument: (.usage, "Check the URL and the options.")
      default: (.internalError, "This is a defect; please report it.")
      }
    let cause = Self.cause(of: error).map { " (\($0))" } ?? ""
    self.init(status, "\(activity): \(error)\(cause)", advice: advice)
  }

  /// Why a server can't be reached, in the few words that the driver's own error has for it. Nothing else of that error
  /// is shown: it may quote what must not be.
  private static func cause(of error: StoreError) -> String? {
    guard error.code == .unreachable, let underlying = error.underlying else { return nil }
    let text = String(describing: underlying).lowercased()
    let known = [
      "connection refused", "could not translate host name", "name or service not known",
      "no such file or directory",
      "failed to resolve", "no route to host", "network is unreachable", "connection timed out",
      "timeout expired",
      "connection timeout", "connection reset", "does not support ssl", "certificate", "tls handshake",
      "too many",
    ]
    return known.first(where: text.contains)
  }
}
