import FoundationEssentials
import StoreConformance

/// The sequences that failed once, beside this file.
enum RegressionFiles {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
    path: "Regressions")

  static func all() throws -> [(name: String, sequence: DifferentialSequence)] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".jsonl") }
      .sorted().map {
        let text = String(decoding: try Data(contentsOf: url($0)), as: UTF8.self)
        return ($0, try DifferentialSequence(text: text))
      }
  }

  /// - Returns: The file's path.
  static func add(_ sequence: DifferentialSequence, name: String, found: Divergence) throws -> String {
    let comment = found.description.split(separator: "\n").map { "# \($0)\n" }.joined()
    try Data((comment + sequence.description).utf8).write(to: url(name + ".jsonl"))
    return url(name + ".jsonl").path
  }

  private static func url(_ name: String) -> URL { folder.appending(path: name) }
}
