import Mustache

/// `report.html`: one self-contained file, without scripts and without anything to fetch. Readable offline, in light and
/// dark, on a phone, on paper and by keyboard; every chart has its figures in a table beside it.
public enum HTMLReport {
  /// - Parameter record: What `summary` was made from; the charts need its blocks.
  public static func text(_ summary: ComparisonSummary, _ record: ComparisonRecord) -> String? {
    template?.render(ReportView(summary, record))
  }

  /// The template is a constant of the program; a test renders it.
  private static let template = try? MustacheTemplate(string: HTMLReportTemplate.text)
}
