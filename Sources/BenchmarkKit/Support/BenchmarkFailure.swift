public import InstructorStore

/// How `dbbench` ends: the sysexits codes for "could not measure", small numbers for findings.
public enum ExitStatus: Int32, Sendable {
  case success = 0
  /// The backends answered differently, or the data was not what it should be afterwards.
  case mismatch = 4
  case usage = 64
  case malformedInput = 65
  case missingInput = 66
  /// A server can't be reached, or a server binary is missing.
  case unavailable = 69
  case internalError = 70
  /// The target holds something that `dbbench` did not make.
  case foreignTarget = 73
  case wrongPassword = 77
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
    let (status, advice): (ExitStatus, String) =
      switch error.code {
      case .unreachable, .timeout, .poolExhausted, .closed:
        (.unavailable, "Is the server running? Check its URL and log.")
      case .authenticationFailed: (.wrongPassword, "Check user and password in the URL.")
      case .readOnly: (.unavailable, "Point the URL at a server that takes writes.")
      case .resourceExhausted: (.unavailable, "Free disk or connections, or load fewer records.")
      case .invalidArgument: (.usage, "Check the URL and the options.")
      default: (.internalError, "This is a defect; please report it.")
      }
    self.init(status, "\(activity): \(error)", advice: advice)
  }
}
