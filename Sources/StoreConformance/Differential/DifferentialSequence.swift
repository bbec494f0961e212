import FoundationEssentials

/// A sequence of calls that is the same whenever it is made from the same seed and number, and that survives as text:
/// one operation in JSON a line; lines that start with `#` say where it comes from.
public struct DifferentialSequence: Sendable, CustomStringConvertible {
  public var operations: [DifferentialOperation]

  public init(operations: [DifferentialOperation]) { self.operations = operations }

  /// - Throws: A decoding error for a line that is no operation.
  public init(text: String) throws {
    let decoder = JSONDecoder()
    operations = try text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map {
      try decoder.decode(DifferentialOperation.self, from: Data($0.utf8))
    }
  }

  public var description: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let lines = operations.map { operation -> String in
      guard let data = try? encoder.encode(operation) else { return "# not encodable" }
      return String(decoding: data, as: UTF8.self)
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
