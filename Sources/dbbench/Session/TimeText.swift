import FoundationEssentials

enum TimeText {
  /// ISO 8601, UTC: `2026-01-31T12:00:00Z`.
  static var now: String { Date.now.formatted(.iso8601) }

  /// The same to the millisecond and without colons, for the name of a folder.
  static var folderName: String {
    Date.now.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)).filter { $0 != ":" }
  }
}
