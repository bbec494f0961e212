/// Settings under which a server may run a long query otherwise, to be shown beside how it runs it as it is.
public struct QueryAlternative: Sendable, Equatable {
  /// For people, for example `without parallel workers`.
  public var label: String
  /// On top of the arm's own; see ``TargetOptions/settings``.
  public var settings: [String: String]

  public init(_ label: String, _ settings: [String: String] = [:]) {
    self.label = label
    self.settings = settings
  }

  /// What a server without any is shown with.
  public static let asItIs = QueryAlternative("as it is")
}

/// A long query under one ``QueryAlternative``: figures for the reader, never a verdict.
public struct AlternativeFigures: Sendable, Codable, Equatable {
  public var label: String
  public var settings: [String: String]
  /// Median response time of a caller alone; `nil` where no call succeeded.
  public var aloneNanoseconds: UInt64?
  /// As many as the comparison has.
  public var callers: Int
  /// Calls a second of all of them together; the median over rounds.
  public var throughputPerSecond: Double
}
