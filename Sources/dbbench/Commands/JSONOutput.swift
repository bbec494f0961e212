import BenchmarkKit
import FoundationEssentials

/// Where `--json` goes.
enum JSONOutput {
  static func write(_ value: some Encodable, to destination: String?) throws {
    guard let destination else { return }
    try write(try JSONText.of(value), destination)
  }

  /// One value as a readable object, several as JSON Lines.
  static func write(each values: [some Encodable], to destination: String?) throws {
    guard let destination else { return }
    if values.count == 1 { return try write(try JSONText.of(values[0]), destination) }
    var data = Data()
    for value in values { data += try JSONText.of(value, isPretty: false) }
    try write(data, destination)
  }

  private static func write(_ data: Data, _ destination: String) throws {
    guard destination != "-" else {
      Output.write(data)
      return
    }
    do {
      try data.write(to: URL(filePath: destination))
    } catch {
      throw BenchmarkFailure(
        .missingInput, "can't write '\(destination)'; check that its folder exists and is writable.")
    }
  }
}
