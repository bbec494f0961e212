import ArgumentParser
import BenchmarkKit

struct ReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Renders the results of a comparison again.",
    discussion: """
      Reads the folder that 'dbbench compare' wrote. With --recompute every figure and verdict is made anew from the raw \
      blocks in results.jsonl, also of a run that was cut off, and the reports in the folder are replaced. --assert checks \
      conditions on the figures that are there, as 'dbbench compare' does.

      Examples:
        dbbench report dbbench-results/2026-01-31T120000Z
        dbbench report dbbench-results/2026-01-31T120000Z --format csv > figures.csv
        dbbench report dbbench-results/2026-01-31T120000Z --format html > report.html
        dbbench report dbbench-results/2026-01-31T120000Z --recompute
        dbbench report dbbench-results/2026-01-31T120000Z --assert 'ratio.course-team.throughput.lower>1.2'
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, html, markdown, csv, json

    /// `md` too, as the files are called.
    init?(argument: String) { self.init(rawValue: argument == "md" ? "markdown" : argument) }
  }

  @Argument(help: ArgumentHelp("The folder with the results.", valueName: "dir"))
  var folder: String

  @Flag(help: "Make figures and verdicts anew from the raw blocks.")
  var recompute = false

  @Option(help: ArgumentHelp("text, html, markdown, csv or json.", valueName: "format"))
  var format = Format.text

  @OptionGroup var conditions: AssertOptions

  func run() async throws {
    let summary = try recompute ? recomputed() : ReportFiles.read(from: folder)
    try conditions.requireNames(.comparison(summary.plan))
    switch format {
    case .text: Output.print(summary)
    case .html: Output.raw(onStandardOutput: try html(summary))
    case .markdown: Output.raw(onStandardOutput: MarkdownReport.text(summary))
    case .csv: Output.raw(onStandardOutput: CSVReport.text(summary))
    case .json: Output.write(try JSONText.of(summary))
    }
    guard !conditions.assert.isEmpty else { return }
    if let failure = BenchmarkFailure.void(summary) { throw failure }
    if let failure = try conditions.failure({ $0.failure(in: summary) }) { throw failure }
  }

  /// With the charts of the raw blocks: the summary alone has none.
  private func html(_ summary: ComparisonSummary) throws -> String {
    guard let html = HTMLReport.text(summary, try ResultsFile.read(from: folder)) else {
      throw BenchmarkFailure(.internalError, "the page can't be made. This is a defect; please report it.")
    }
    return html
  }

  private func recomputed() throws -> ComparisonSummary {
    let record = try ResultsFile.read(from: folder)
    guard let summary = ComparisonSummary(record) else {
      throw BenchmarkFailure(
        .malformedInput, "'\(folder)' holds no measurement: the run ended before it began",
        advice: "Start a new one.")
    }
    let recorded = try? ReportFiles.read(from: folder)
    let path = try ReportFiles.write(summary, of: record, to: folder)
    if let recorded, recorded.workloads.map(\.verdict) != summary.workloads.map(\.verdict) {
      Output.note("the verdicts differ from those that were there")
    }
    Output.note("made anew: \(path)")
    return summary
  }
}
