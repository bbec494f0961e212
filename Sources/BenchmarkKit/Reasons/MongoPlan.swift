/// The stages in which MongoDB executed a command, as its profiler's `execStats` or its `explain` has them.
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
    if let planner = node["queryPlanner"] {
      // Of `explain`. The newer engine's own stages are many and small; its plan says the same in few.
      let plan = planner["winningPlan"]?["queryPlan"] ?? node["executionStats"]?["executionStages"]
      if let plan { add(plan, depth: depth) }
      return
    }
    if let pipeline = node["stages"]?.elements, !pipeline.isEmpty {
      // The last one is the outermost.
      for (number, stage) in pipeline.reversed().enumerated() {
        addPipelineStage(stage, depth: depth + number)
      }
      return
    }
    var depth = depth
    if let stage = node["stage"]?.text {
      add(stage, node, depth)
      depth += 1
    }
    for (name, value) in node.fields where !Self.details.contains(name) {
      for one in [value] + value.elements where one.isObject { add(one, depth: depth) }
    }
  }

  private mutating func addPipelineStage(_ node: JSONTree, depth: Int) {
    guard let (name, value) = node.fields.first else { return }
    if name == "$cursor" { return add(value, depth: depth) }
    let returned = node["nReturned"]?.count.map { "  (returned \(Quantity.count($0)))" } ?? ""
    lines.append(String(repeating: "  ", count: depth) + name + returned)
  }

  private mutating func add(_ stage: String, _ node: JSONTree, _ depth: Int) {
    let indent = String(repeating: "  ", count: depth)
    var title = stage
    // A lookup by id names no index: it is always the same one.
    if let index = node["indexName"]?.text ?? (stage == "IDHACK" ? "_id_" : nil) {
      if stage != "IDHACK" { title += " using \(index)" }
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
