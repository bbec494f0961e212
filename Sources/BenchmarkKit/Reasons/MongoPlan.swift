/// The stages in which MongoDB executed a command, as its profiler's `execStats` has them.
public struct MongoPlan: Sendable {
  private(set) var lines: [String] = []
  private(set) var indexes: [String] = []

  /// - Parameter json: Empty plans come from texts that are none.
  public init(_ json: String) {
    if let tree = JSONTree(json) { add(tree, depth: 0) }
  }

  /// What tells more about a stage than its name.
  private static let details = ["filter", "indexBounds", "sortPattern", "limitAmount", "transformBy"]
  private static let figures = [
    ("nReturned", "returned"), ("keysExamined", "keys"), ("docsExamined", "documents"),
    ("nWouldModify", "to modify"),
    ("nWouldDelete", "to delete"), ("seeks", "seeks"), ("memUsage", "bytes of memory"),
  ]

  /// Stages are objects with a `stage`, wherever in their parent they stand: under `inputStage` mostly, in lists for some.
  private mutating func add(_ node: JSONTree, depth: Int) {
    guard let stage = node["stage"]?.text else { return }
    let indent = String(repeating: "  ", count: depth)
    var title = stage
    if let index = node["indexName"]?.text {
      title += " using \(index)"
      if !indexes.contains(index) { indexes.append(index) }
    }
    if node["direction"]?.text == "backward" { title += " backward" }
    let parts = Self.figures.compactMap { name, label in
      node[name]?.count.map { "\(label) \(Quantity.count($0))" }
    }
    lines.append(indent + title + (parts.isEmpty ? "" : "  (\(parts.joined(separator: ", ")))"))
    for name in Self.details {
      guard let value = node[name], !(value.isObject && value.fields.isEmpty) else { continue }
      lines += value.lines(width: 90).enumerated().map { number, line in
        "\(indent)    \(number == 0 ? "\(name): " : "")\(line)"
      }
    }
    for (_, value) in node.fields {
      if value["stage"] != nil { add(value, depth: depth + 1) }
      for element in value.elements where element["stage"] != nil { add(element, depth: depth + 1) }
    }
  }
}

extension ExplainedStatement {
  /// A command of MongoDB.
  ///
  /// - Parameters:
  ///   - json: The command, or the statement of a write.
  ///   - operation: The profiler's name for its kind.
  ///   - commonFields: What stands in every command and says nothing of this one.
  ///   - plan: `execStats`, if there is one.
  public init(
    mongo json: String, operation: String, collection: String, commonFields: Set<String>, plan: String?
  ) {
    let tree = JSONTree(json)?.without(commonFields)
    let text = tree?.lines(width: 96).joined(separator: "\n") ?? json
    // The profiler writes a single write without the command around it.
    let isBare = tree.map { $0.fields.first?.name == "q" } ?? false
    self.init(text: isBare ? "\(operation) of \(collection): \(text)" : text)
    let stages = plan.map(MongoPlan.init)
    self.plan = stages?.lines ?? []
    indexes = stages?.indexes ?? []
  }
}
