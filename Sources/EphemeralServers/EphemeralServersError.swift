/// Why throwaway servers could not be found, started or controlled.
///
/// Switch on ``code``. ``description`` is one line that says what to do next; ``detail`` holds more where
/// there is more, usually the last lines of the server's log.
public struct EphemeralServersError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What went wrong, as something a program can decide on.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    private enum Value: String {
      case invalidOptions, binaryMissing, folderUnusable, guardianFailed, startFailed, startTimedOut
      case notRunning, controlTimedOut, cancelled
    }
    private let value: Value
    private init(_ value: Value) { self.value = value }

    /// The options ask for something no server accepts.
    public static let invalidOptions = Code(.invalidOptions)
    /// A server's program isn't installed, or the variable that names it is wrong.
    public static let binaryMissing = Code(.binaryMissing)
    /// No usable temporary folder, or no user to run PostgreSQL as.
    public static let folderUnusable = Code(.folderUnusable)
    /// The process that starts, stops and removes the servers could not be started, or is gone.
    public static let guardianFailed = Code(.guardianFailed)
    /// A server ended before it was ready; ``EphemeralServersError/detail`` has its last log lines.
    public static let startFailed = Code(.startFailed)
    /// A server wasn't ready in time; ``EphemeralServersError/detail`` has its last log lines.
    public static let startTimedOut = Code(.startTimedOut)
    /// The server to be killed, paused, resumed or restarted isn't there.
    public static let notRunning = Code(.notRunning)
    /// The server did not follow a signal in time.
    public static let controlTimedOut = Code(.controlTimedOut)
    /// The task was cancelled; nothing is left behind.
    public static let cancelled = Code(.cancelled)

    public var description: String { value.rawValue }
  }

  /// What went wrong.
  public let code: Code
  /// The server it is about, or `nil` where it is about none or both.
  public let server: ServerKind?
  /// One line: what happened and what to do next.
  public let description: String
  /// More lines, usually the end of the server's log; empty where there is no more to say.
  public let detail: String

  init(_ code: Code, server: ServerKind? = nil, _ description: String, detail: String = "") {
    self.code = code
    self.server = server
    // A path or a log line in it must not break the promise of one line.
    self.description = description.split(whereSeparator: \.isNewline).joined(separator: " ")
    self.detail = detail
  }

  static var cancelled: EphemeralServersError {
    EphemeralServersError(.cancelled, "starting the servers was cancelled")
  }
}
