/// What both sides ran with, switch by switch.
public struct FairnessRecord: Sendable, Codable, Equatable {
  public struct Row: Sendable, Codable, Equatable {
    /// A ``FairnessSwitch``.
    public var name: String
    /// Of each arm; `unknown` where it can't be seen from here.
    public var values: [String]
    /// How each of them is known; `nil` in results of before that was kept.
    public var sources: [FairnessValue.Source]?
    /// What has to be known about them beside; `nil` where there is nothing, and in results of before there was any.
    public var notes: [String?]?
    public var differs: Bool
    public var meaning: String

    /// Whether nothing in the row is only what was asked for, or what is known of the DBMS.
    var isReadBack: Bool { sources?.allSatisfy { $0 == .readBack || $0 == .unknown } == true }

    /// In a row of unlike sources, those that were read back say so.
    var cells: [String] {
      var cells = values
      if !isReadBack, let sources {
        cells = zip(values, sources).map { $1 == .readBack ? "\($0) (read back)" : $0 }
      }
      guard let notes else { return cells }
      return zip(cells, notes).map { cell, note in note.map { "\(cell); \($0)" } ?? cell }
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
      let notes = own.map(\.note)
      return Row(
        name: one.rawValue, values: own.map(\.text), sources: own.map(\.source),
        notes: notes.contains { $0 != nil } ? notes : nil,
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
      let same = group.rows.filter { !$0.differs }.map { row in
        // What is noted beside one value may be two things.
        let cells = row.notes == nil ? [row.values[0]] : row.cells
        let unlike = cells.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        return "\(row.name): \(unlike.joined(separator: " / "))"
      }
      return table.lines + ["the same: \(same.isEmpty ? "nothing" : same.joined(separator: "; "))"]
    }
  }
}
