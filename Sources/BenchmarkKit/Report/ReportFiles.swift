import FoundationEssentials

/// The files that a comparison leaves beside its ``ResultsFile``.
public enum ReportFiles {
  public static let summary = "summary.json"
  public static let markdown = "report.md"
  public static let values = "results.csv"
  public static let page = "report.html"

  /// Writes all of them, over those of an earlier state.
  ///
  /// - Parameter record: What `summary` was made from.
  /// - Returns: The path of the one to read.
  @discardableResult
  public static func write(
    _ summary: ComparisonSummary, of record: ComparisonRecord, to folder: String
  ) throws -> String {
    try write(try JSONText.of(summary), folder, Self.summary)
    try write(Data(CSVReport.text(summary).utf8), folder, values)
    try write(Data(MarkdownReport.text(summary).utf8), folder, markdown)
    guard let html = HTMLReport.text(summary, record) else { return folder + "/" + markdown }
    try write(Data(html.utf8), folder, page)
    return folder + "/" + page
  }

  /// The summary that is there.
  public static func read(from folder: String) throws -> ComparisonSummary {
    guard let data = FileManager.default.contents(atPath: folder + "/" + summary) else {
      throw BenchmarkFailure(
        .missingInput, "there is no \(summary) in '\(folder)'",
        advice: "Name the folder that a comparison wrote, or make it from results.jsonl with --recompute.")
    }
    guard let found = try? JSONDecoder().decode(ComparisonSummary.self, from: data),
      found.format <= ComparisonSummary.currentFormat
    else {
      throw BenchmarkFailure(
        .malformedInput, "\(folder)/\(summary) is no summary that this program knows",
        advice: "Make it again from results.jsonl with --recompute.")
    }
    return found
  }

  private static func write(_ data: Data, _ folder: String, _ name: String) throws {
    do {
      try data.write(to: URL(filePath: folder + "/" + name), options: .atomic)
    } catch {
      throw BenchmarkFailure(
        .missingInput, "can't write '\(folder)/\(name)'",
        advice: "Check that the folder is writable and the disk not full.")
    }
  }
}
