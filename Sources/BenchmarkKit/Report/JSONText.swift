public import FoundationEssentials

/// JSON as `dbbench` writes it: keys sorted, slashes plain.
public enum JSONText {
  /// - Parameter isPretty: On several lines; otherwise one line, for JSON Lines.
  public static func of(_ value: some Encodable, isPretty: Bool = true) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if isPretty { encoder.outputFormatting.insert(.prettyPrinted) }
    return try encoder.encode(value) + Data("\n".utf8)
  }
}
