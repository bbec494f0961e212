/// What both sides ran with, switch by switch.
public struct FairnessRecord: Sendable, Codable, Equatable {
  public struct Row: Sendable, Codable, Equatable {
    /// A ``FairnessSwitch``.
    public var name: String
    /// Of each arm; `unknown` where it can't be seen from here.
    public var values: [String]
    /// How each of them is known; `nil` in results of before that was kept.
    public var sources: [FairnessValue.Source]?
    public var differs: Bool
    public var meaning: String

    /// Whether nothing in the row is only what was asked for, or what is known of the DBMS.
    var isReadBack: Bool { sources?.allSatisfy { $0 == .readBack || $0 == .unknown } == true }

    /// In a row of unlike sources, those that were read back say so.
    var cells: [String] {
      guard !isReadBack, let sources else { return values }
      return zip(values, sources).map { $1 == .readBack ? "\($0) (read back)" : $0 }
    }
  }

  /// Rows under a heading of their own.
  struct Group {
    var title: String
    var explanation: String
    var rows: [Row]
  }

  public var rows: [Row]

  /// - Parameter values: Of each arm. A switch that no arm has is left out.
  public init(_ values: [[FairnessSwitch: FairnessValue]]) {
    rows = FairnessSwitch.allCases.compactMap { one in
      guard values.contains(where: { $0[one] != nil }) else { return nil }
      let own = values.map { $0[one] ?? .unknown }
      return Row(
        name: one.rawValue, values: own.map(\.text), sources: own.map(\.source),
        differs: Set(own.map(\.text)).count > 1, meaning: one.meaning)
    }
  }

  /// What became known only later, of each arm.
  mutating func replace(_ name: FairnessSwitch, _ values: [FairnessValue]) {
    guard let new = FairnessRecord(values.map { [name: $0] }).rows.first,
      let position = rows.firstIndex(where: { $0.name == name.rawValue })
    else { return }
    rows[position] = new
  }

  /// What was read back, and what nobody asked the servers about; those without rows are left out.
  var groups: [Group] {
    let isParted = rows.contains { $0.sources != nil }
    let all = [
      Group(
        title: "Read back",
        explanation: "As the servers, their processes and the client libraries say, or as it was measured.",
        rows: rows.filter(\.isReadBack)),
      Group(
        title: isParted ? "Set, or by design" : "Not told apart",
        explanation: isParted
          ? "What the stores and dbbench ask for, and what each DBMS does by its design; not read back unless it says so."
          : "Results of before it was kept which of these were read back.",
        rows: rows.filter { !$0.isReadBack }),
    ]
    return all.filter { !$0.rows.isEmpty }
  }

  /// What differs, as a table, and what doesn't, in a line, of each group; empty without rows.
  public func lines(_ names: [String]) -> [String] {
    groups.flatMap { group in
      var table = TextTable(["\(group.title): what differs"] + names)
      table.isLeftAligned = true
      for row in group.rows where row.differs { table.add([row.name] + row.cells) }
      let same = group.rows.filter { !$0.differs }.map { "\($0.name): \($0.values[0])" }
      return table.lines + ["the same: \(same.isEmpty ? "nothing" : same.joined(separator: "; "))"]
    }
  }
}
