import Yams

/// JSON whose fields keep their order, so that commands and plans can be shown as they are. (JSON is YAML too.)
struct JSONTree {
  private let node: Node

  init?(_ text: String) {
    guard let node = try? Yams.compose(yaml: text) else { return nil }
    self.node = node
  }

  private init(_ node: Node) { self.node = node }

  subscript(_ name: String) -> JSONTree? { node.mapping?[name].map(JSONTree.init) }
  var fields: [(name: String, value: JSONTree)] {
    node.mapping?.map { ($0.key.scalar?.string ?? "", JSONTree($0.value)) } ?? []
  }
  var elements: [JSONTree] { node.sequence?.map(JSONTree.init) ?? [] }
  var isObject: Bool { node.mapping != nil }
  /// Of a text, a number or a truth value.
  var text: String? { node.scalar?.string }
  var number: Double? { text.flatMap { Double($0) } }
  var count: Int? { number.flatMap { Int(exactly: $0.rounded()) } }

  /// Without some of the fields at the top.
  func without(_ names: Set<String>) -> JSONTree {
    guard let mapping = node.mapping else { return self }
    return JSONTree(
      Node(mapping.filter { !names.contains($0.key.scalar?.string ?? "") }.map { ($0.key, $0.value) }))
  }

  private static let longestText = 160
  private static let mostElements = 12

  /// For people, as the shell of MongoDB writes it: names without quotes, a part on one line where it fits, long texts
  /// and lists cut.
  func lines(width: Int = 100) -> [String] {
    let short = inline
    guard short.count > width else { return [short] }
    if node.mapping != nil {
      let parts = fields.map { field in
        Self.prefixed("\(Self.name(field.name)): ", field.value.lines(width: width - 2))
      }
      return ["{"] + Self.listed(parts) + ["}"]
    }
    guard node.sequence != nil else { return [short] }
    var parts = elements.prefix(Self.mostElements).map { $0.lines(width: width - 2) }
    if elements.count > Self.mostElements { parts.append(["… \(elements.count - Self.mostElements) more"]) }
    return ["["] + Self.listed(parts) + ["]"]
  }

  private var inline: String {
    if node.mapping != nil {
      let parts = fields.map { "\(Self.name($0.name)): \($0.value.inline)" }
      return parts.isEmpty ? "{}" : "{ \(parts.joined(separator: ", ")) }"
    }
    if node.sequence != nil {
      var parts = elements.prefix(Self.mostElements).map(\.inline)
      if elements.count > Self.mostElements { parts.append("… \(elements.count - Self.mostElements) more") }
      return "[\(parts.joined(separator: ", "))]"
    }
    guard let scalar = node.scalar else { return "" }
    guard scalar.style == .doubleQuoted else { return scalar.string }
    let text = scalar.string.map { $0.isNewline ? " " : String($0) }.joined()
    return "\"" + (text.count > Self.longestText ? text.prefix(Self.longestText) + "…" : text) + "\""
  }

  private static func name(_ name: String) -> String {
    let isPlain = name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "$") }
    return isPlain && !name.isEmpty ? name : "\"\(name)\""
  }

  private static func prefixed(_ prefix: String, _ lines: [String]) -> [String] {
    guard let first = lines.first else { return [prefix] }
    return [prefix + first] + lines.dropFirst()
  }

  /// The parts indented, with commas between them.
  private static func listed(_ parts: [[String]]) -> [String] {
    parts.enumerated().flatMap { number, lines in
      lines.enumerated().map { line, text in
        "  " + text + (line == lines.count - 1 && number < parts.count - 1 ? "," : "")
      }
    }
  }
}
