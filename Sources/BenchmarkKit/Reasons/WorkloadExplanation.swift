/// How an arm executes a workload: the statements of some of its operations, as the server ran them.
public struct WorkloadExplanation: Sendable, Codable, Equatable {
  /// The operations that were looked at.
  public var operations: Int
  /// Statements that differ in more than their values, the most frequent first.
  public var shapes: [Shape]
  /// Over all operations: index entries (where the server counts them), rows or documents looked at, and handed over or
  /// changed.
  public var keysExaminedPerOperation: Double?
  public var rowsExaminedPerOperation: Double
  public var rowsReturnedPerOperation: Double

  public struct Shape: Sendable, Codable, Equatable {
    /// The first of its kind.
    public var statement: ExplainedStatement
    /// How many of its kind there were.
    public var occurrences: Int
  }

  /// - Parameter operations: For each operation what it sent.
  init(_ operations: [[ExplainedStatement]]) {
    let statements = operations.flatMap { $0 }
    let count = Double(max(1, operations.count))
    func mean(_ value: (ExplainedStatement) -> Int) -> Double {
      Double(statements.reduce(0) { $0 + value($1) }) / count
    }
    self.operations = operations.count
    rowsExaminedPerOperation = mean(\.rowsExamined)
    rowsReturnedPerOperation = mean(\.rowsReturned)
    keysExaminedPerOperation =
      statements.contains { $0.keysExamined != nil } ? mean { $0.keysExamined ?? 0 } : nil
    var shapes: [String: Shape] = [:]
    var order: [String] = []
    for statement in statements {
      let kind = Self.kind(of: statement.text)
      if shapes[kind] == nil { order.append(kind) }
      shapes[kind, default: Shape(statement: statement, occurrences: 0)].occurrences += 1
    }
    let first = order.compactMap { shapes[$0] }
    // Stable: those that are as frequent stay in the order in which they were sent.
    self.shapes = first.enumerated().sorted {
      ($1.element.occurrences, $0.offset) < ($0.element.occurrences, $1.offset)
    }
    .map(\.element)
  }

  /// Rows or documents looked at for each one that was handed over or changed; `nil` where none was.
  public var rowsExaminedPerRow: Double? {
    rowsReturnedPerOperation > 0 ? rowsExaminedPerOperation / rowsReturnedPerOperation : nil
  }

  /// The indexes used, in the order of the statements.
  public var indexes: [String] {
    shapes.flatMap(\.statement.indexes).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  /// The text without its values: commands of MongoDB have them in it.
  private static func kind(of text: String) -> String {
    var isQuoted = false
    // Documents of one collection may lack fields.
    let end = text.firstRange(of: "documents: [")?.lowerBound ?? text.endIndex
    return text[..<end].filter { character in
      if character == "\"" { isQuoted.toggle() }
      return !isQuoted && !character.isNumber && !character.isWhitespace && character != "-"
    }
  }
}
