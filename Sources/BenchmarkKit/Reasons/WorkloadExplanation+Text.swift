extension WorkloadExplanation {
  /// For people: what was counted, then each statement with its plan.
  public var lines: [String] { [summary] + shapes.flatMap { [""] + text(of: $0) } }

  /// For example `for each operation 25 rows looked at and 21 handed over or changed; indexes: reviews_by_time`.
  public var summary: String {
    var parts = ["\(Self.number(rowsExaminedPerOperation)) rows looked at"]
    if let keys = keysExaminedPerOperation { parts.append("\(Self.number(keys)) index entries") }
    parts.append("\(Self.number(rowsReturnedPerOperation)) handed over or changed")
    return "for each operation \(parts.joined(separator: ", ")); "
      + (indexes.isEmpty ? "no index used" : "indexes: \(indexes.joined(separator: ", "))")
  }

  /// A heading, the statement, and its plan.
  private func text(of shape: Shape) -> [String] {
    [caption(of: shape)] + statementLines(of: shape).map { "  " + $0 }
      + shape.statement.plan.map { "    " + $0 }
  }

  /// For example `6 times in 6 operations, a generic plan: …`.
  func caption(of shape: Shape) -> String {
    let times = shape.occurrences == 1 ? "once" : "\(shape.occurrences) times"
    return "\(times) in \(operations) operations" + (shape.statement.note.map { ", \($0)" } ?? "") + ":"
  }

  /// The statement with its parameters below it.
  func statementLines(of shape: Shape) -> [String] {
    var lines = shape.statement.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if !shape.statement.parameters.isEmpty {
      let values = shape.statement.parameters.enumerated().map { "$\($0 + 1) = \(Self.shortened($1))" }
      lines.append("-- \(values.joined(separator: ", "))")
    }
    return lines
  }

  private static let longestParameter = 60

  private static func shortened(_ text: String) -> String {
    let line = text.map { $0.isNewline ? " " : String($0) }.joined()
    return line.count > longestParameter ? line.prefix(longestParameter) + "…" : line
  }

  private static func number(_ value: Double) -> String {
    value == value.rounded() ? Quantity.count(Int(value)) : Quantity.decimal(value, 1)
  }
}
