/// The first line of a results file, and once more for each time the run was resumed.
public struct RunHeader: Sendable, Codable, Equatable {
  /// The version of the file's format. A reader refuses a newer one.
  public static let currentFormat = 1

  public var format = RunHeader.currentFormat
  /// When, in ISO 8601, UTC.
  public var startedAt: String
  /// What reproduces the run, without credentials.
  public var command: String
  /// Whether this run continues the one above it.
  public var isResumed: Bool

  public init(startedAt: String, command: String, isResumed: Bool) {
    self.startedAt = startedAt
    self.command = command
    self.isResumed = isResumed
  }
}
