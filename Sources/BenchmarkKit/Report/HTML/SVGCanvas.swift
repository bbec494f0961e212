/// A drawing of fixed size in its own units; a style sheet gives it colours and the page its width.
struct SVGCanvas {
  let width: Double
  let height: Double
  /// What a screen reader says instead of it.
  let title: String
  private var elements = ""

  init(width: Double, height: Double, title: String) {
    self.width = width
    self.height = height
    self.title = title
  }

  var text: String {
    """
    <svg viewBox="0 0 \(Self.number(width)) \(Self.number(height))" role="img" aria-label="\(Self.escaped(title))" \
    xmlns="http://www.w3.org/2000/svg"><title>\(Self.escaped(title))</title>\(elements)</svg>
    """
  }

  enum Anchor: String {
    case start, middle, end
  }

  mutating func text(_ text: String, _ x: Double, _ y: Double, anchor: Anchor = .start, style: String = "") {
    elements += """
      <text x="\(Self.number(x))" y="\(Self.number(y))" text-anchor="\(anchor.rawValue)"\(Self.styled(style))>\
      \(Self.escaped(text))</text>
      """
  }

  mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, style: String) {
    elements += """
      <line x1="\(Self.number(x1))" y1="\(Self.number(y1))" x2="\(Self.number(x2))" y2="\(Self.number(y2))"\
      \(Self.styled(style))/>
      """
  }

  mutating func rectangle(_ x: Double, _ y: Double, width: Double, height: Double, style: String) {
    elements += """
      <rect x="\(Self.number(x))" y="\(Self.number(y))" width="\(Self.number(width))" height="\(Self.number(height))"\
      \(Self.styled(style))/>
      """
  }

  mutating func path(_ points: [(x: Double, y: Double)], style: String) {
    let list = points.map { "\(Self.number($0.x)),\(Self.number($0.y))" }
    elements += "<polyline points=\"\(list.joined(separator: " "))\"\(Self.styled(style))/>"
  }

  /// Round for the first arm, square for the second.
  mutating func mark(_ x: Double, _ y: Double, arm: Int) {
    if arm == 0 {
      circle(x, y, radius: 3.5, style: "mark0")
    } else {
      rectangle(x - 3, y - 3, width: 6, height: 6, style: "mark1")
    }
  }

  mutating func circle(_ x: Double, _ y: Double, radius: Double, style: String) {
    elements += """
      <circle cx="\(Self.number(x))" cy="\(Self.number(y))" r="\(Self.number(radius))"\(Self.styled(style))/>
      """
  }

  private static func styled(_ style: String) -> String { style.isEmpty ? "" : " class=\"\(style)\"" }

  /// A tenth of a unit is finer than a pixel.
  private static func number(_ value: Double) -> String {
    let text = Quantity.decimal(value, 1)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  static func escaped(_ text: String) -> String {
    var escaped = ""
    for character in text {
      switch character {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      default: escaped.append(character)
      }
    }
    return escaped
  }
}
