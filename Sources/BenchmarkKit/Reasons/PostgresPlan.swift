/// What PostgreSQL's `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON)` says of one statement.
public struct PostgresPlan: Sendable {
  private(set) var lines: [String] = []
  private(set) var indexes: [String] = []
  private(set) var rowsExamined = 0
  private(set) var rowsReturned = 0
  private(set) var rowsChanged = 0
  private(set) var blocksHit = 0
  private(set) var blocksRead = 0

  /// `nil` where it is not of that form.
  public init?(_ json: String) {
    guard let root = JSONTree(json)?.elements.first?["Plan"] else { return nil }
    rowsReturned = root["Actual Rows"]?.count ?? 0
    // The counts of a node are those of all that is under it.
    blocksHit = root["Shared Hit Blocks"]?.count ?? 0
    blocksRead = root["Shared Read Blocks"]?.count ?? 0
    add(root, depth: 0)
  }

  /// - Parameters:
  ///   - sql: The statement.
  ///   - parameters: As literals.
  ///   - isGeneric: Whether the plan is one for any parameters.
  public func statement(_ sql: String, parameters: [String], isGeneric: Bool) -> ExplainedStatement {
    var statement = ExplainedStatement(
      text: sql, parameters: parameters, rowsExamined: rowsExamined,
      rowsReturned: rowsChanged > 0 ? rowsChanged : rowsReturned)
    if isGeneric { statement.note = "a generic plan: one for any parameters" }
    statement.plan = lines
    statement.indexes = indexes
    statement.blocksHit = blocksHit
    statement.blocksRead = blocksRead
    return statement
  }

  /// What tells more about a node than its type, as `EXPLAIN` itself names it.
  private static let details = [
    "Index Cond", "Recheck Cond", "Hash Cond", "Merge Cond", "Join Filter", "Filter", "Sort Key",
    "Sort Method", "Group Key",
    "Workers Launched", "Conflict Resolution",
  ]

  private mutating func add(_ node: JSONTree, depth: Int) {
    let type = node["Node Type"]?.text ?? "?"
    let loops = node["Actual Loops"]?.count ?? 1
    let rows = node["Actual Rows"]?.number ?? 0
    let removed =
      (node["Rows Removed by Filter"]?.number ?? 0) + (node["Rows Removed by Index Recheck"]?.number ?? 0)
    let isModification = type == "ModifyTable"
    // The server says how many there were in each loop, on average.
    if node["Relation Name"] != nil, !isModification {
      rowsExamined += Int(((rows + removed) * Double(loops)).rounded())
    }
    if isModification {
      // What its input hands over, it changes.
      let input = node["Plans"]?.elements.first
      rowsChanged += (input?["Actual Rows"]?.count ?? 0) * (input?["Actual Loops"]?.count ?? 1)
    }
    if let index = node["Index Name"]?.text, !indexes.contains(index) { indexes.append(index) }
    let indent = String(repeating: "  ", count: depth)
    lines.append(indent + title(node, type) + figures(node, rows: rows, loops: loops, removed: removed))
    for name in Self.details {
      guard let value = node[name] else { continue }
      let text = value.text ?? value.elements.compactMap(\.text).joined(separator: ", ")
      lines.append("\(indent)    \(name): \(text)")
    }
    for child in node["Plans"]?.elements ?? [] { add(child, depth: depth + 1) }
  }

  private func title(_ node: JSONTree, _ type: String) -> String {
    var title = node["Subplan Name"]?.text.map { "\($0): " } ?? ""
    title += type == "ModifyTable" ? node["Operation"]?.text ?? type : type
    if type == "Aggregate", let strategy = node["Strategy"]?.text, strategy != "Plain" {
      title = "\(title) (\(strategy))"
    }
    if node["Parallel Aware"]?.text == "true" { title = "Parallel " + title }
    if node["Scan Direction"]?.text == "Backward" { title += " Backward" }
    if let index = node["Index Name"]?.text { title += " using \(index)" }
    if let relation = node["Relation Name"]?.text { title += " on \(relation)" }
    if let cte = node["CTE Name"]?.text { title += " on \(cte)" }
    return title
  }

  private func figures(_ node: JSONTree, rows: Double, loops: Int, removed: Double) -> String {
    guard loops > 0 else { return "  (never executed)" }
    var parts = ["rows \(Quantity.count(Int(rows)))"]
    if removed > 0 { parts.append("looked at and left out \(Quantity.count(Int(removed)))") }
    if loops > 1 { parts.append("loops \(Quantity.count(loops))") }
    let hit = node["Shared Hit Blocks"]?.count ?? 0
    let read = node["Shared Read Blocks"]?.count ?? 0
    if hit + read > 0 { parts.append("blocks \(hit) cached" + (read > 0 ? ", \(read) read" : "")) }
    return "  (\(parts.joined(separator: ", ")))"
  }
}
