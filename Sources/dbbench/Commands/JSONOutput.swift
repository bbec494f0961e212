import BenchmarkKit
import FoundationEssentials

/// Where `--json` goes.
enum JSONOutput {
  /// Finds out before the work whether the result can be written after it.
  static func check(_ destination: String?) throws {
    guard let destination, destination != "-" else { return }
    var folder = URL(filePath: destination).deletingLastPathComponent().path
    if folder.isEmpty { folder = "." }
    var isFolder = false
    let isThere = FileManager.default.fileExists(atPath: destination, isDirectory: &isFolder)
    let isWritable = FileManager.default.isWritableFile(atPath: isThere ? destination : folder)
    guard isWritable, !(isThere && isFolder) else { throw unwritable(destination) }
  }

  private static func unwritable(_ destination: String) -> BenchmarkFailure {
    BenchmarkFailure(
      .missingInput, "can't write '\(destination)'; check that its folder exists and is writable.")
  }

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
      throw unwritable(destination)
    }
  }
}
