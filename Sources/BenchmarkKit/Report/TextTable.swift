/// A table of plain text with aligned columns: the first column to the left, the others to the right, or all to the left.
public struct TextTable: Sendable {
  var header: [String]
  var rows: [[String]] = []
  var isLeftAligned = false

  init(_ header: [String]) { self.header = header }

  mutating func add(_ row: [String]) { rows.append(row) }

  public var lines: [String] {
    let all = [header] + rows
    let widths = header.indices.map { column in
      all.map { column < $0.count ? Self.width($0[column]) : 0 }.max() ?? 0
    }
    return all.map { row in
      var line = ""
      for (column, width) in widths.enumerated() {
        let cell = column < row.count ? row[column] : ""
        let padding = String(repeating: " ", count: width - Self.width(cell))
        line += (column == 0 ? "" : "  ") + (column == 0 || isLeftAligned ? cell + padding : padding + cell)
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }

  // One cell per scalar: the tables hold ASCII and a few signs such as µ, × and –.
  private static func width(_ text: String) -> Int { text.unicodeScalars.count }
}
