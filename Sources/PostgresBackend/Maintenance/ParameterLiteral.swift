/// A binary parameter as an SQL literal, for the commands that take no parameters.
enum ParameterLiteral {
  /// - Parameter type: As the server names it.
  /// - Returns: `nil` for a type that no statement of this store has.
  static func text(_ bytes: [UInt8]?, _ type: String) -> String? {
    guard let bytes else { return "NULL" }
    guard type.hasSuffix("[]") else { return scalar(bytes[...], type) }
    guard let elements = elements(bytes, String(type.dropLast(2))) else { return nil }
    return "ARRAY[\(elements.joined(separator: ", "))]::\(type)"
  }

  private static func scalar(_ bytes: ArraySlice<UInt8>, _ type: String) -> String? {
    switch type {
    case "bigint", "integer", "smallint": String(integer(bytes))
    case "boolean": bytes.first == 0 ? "false" : "true"
    case "text": quoted(bytes)
    // A version, then the text.
    case "jsonb": bytes.first == 1 ? quoted(bytes.dropFirst()) : nil
    default: nil
    }
  }

  private static func quoted(_ bytes: ArraySlice<UInt8>) -> String {
    "'" + String(decoding: bytes, as: UTF8.self).replacing("'", with: "''") + "'"
  }

  /// Big-endian, of any width.
  private static func integer(_ bytes: ArraySlice<UInt8>) -> Int64 {
    let negative = bytes.first.map { $0 >= 0x80 } ?? false
    return bytes.reduce(negative ? -1 : 0) { $0 << 8 | Int64($1) }
  }

  /// As `array_recv` has them: dimensions, whether there are nulls, the type, then size and lower bound, then each with its
  /// length, which is -1 for null.
  private static func elements(_ bytes: [UInt8], _ type: String) -> [String]? {
    var rest = bytes[...]
    func next() -> Int? {
      guard rest.count >= 4 else { return nil }
      defer { rest = rest.dropFirst(4) }
      return Int(integer(rest.prefix(4)))
    }
    guard let dimensions = next(), next() != nil, next() != nil else { return nil }
    if dimensions == 0 { return [] }
    guard dimensions == 1, let count = next(), next() != nil else { return nil }
    var elements: [String] = []
    for _ in 0..<count {
      guard let length = next(), length <= rest.count else { return nil }
      if length < 0 {
        elements.append("NULL")
      } else {
        guard let element = scalar(rest.prefix(length), type) else { return nil }
        elements.append(element)
        rest = rest.dropFirst(length)
      }
    }
    return elements
  }
}
