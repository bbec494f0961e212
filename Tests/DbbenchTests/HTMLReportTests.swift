import Foundation
import Testing

/// The report as a reader sees it, in a real browser.
@Suite struct HTMLReportTests {
  /// A comparison of the in-memory store with itself: small, and everything that a report has.
  private static func report() async throws -> (folder: String, output: Tool.Output) {
    let folder = NSTemporaryDirectory() + "report-\(UUID().uuidString)"
    let output = try await Tool.run(
      Tool.compare + [
        "--backends", "memory,memory", "--instructors", "500", "--courses", "500", "--reviewers",
        "200",
        "--reviews", "2000", "--provisional", "--blocks", "1", "--accept-busy",
        "--workload", "instructor-get,review-create", "--output", folder,
      ])
    return (folder, output)
  }

  @Test(.enabled(if: Browser.path != nil, "no Chromium on PATH"))
  func theReportFitsItsWindowAndShowsItsCharts() async throws {
    let (folder, output) = try await Self.report()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    #expect(output.status == 0, "\(output)")
    for (width, isDark) in [(1_280, false), (390, false), (390, true)] {
      let page = try await Browser.look(at: folder + "/report.html", width: width, isDark: isDark, in: folder)
      let window = "\(width) wide\(isDark ? ", dark" : "")"
      #expect(page.errors == [], "\(window)")
      #expect(page.scrollWidth <= page.clientWidth, "the page scrolls sideways, \(window)")
      #expect(page.sticking == [], "\(window)")
      // One of ratios, and two for each of the two workloads.
      #expect(page.charts == 5, "\(window)")
      #expect(page.emptyCharts == 0, "\(window)")
      #expect(page.scripts == 0, "\(window)")
      #expect(page.fetches == [], "\(window)")
      #expect(page.headings.first == "Verdicts" && page.headings.contains("instructor-get"), "\(window)")
    }
  }

  /// That the look above can fail.
  @Test(.enabled(if: Browser.path != nil, "no Chromium on PATH"))
  func aPageThatSticksOutOrLacksChartsIsFound() async throws {
    let folder = NSTemporaryDirectory() + "report-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let bad = """
      <!DOCTYPE html><h2>bad</h2><table style="width:900px"><tr><td>wide</td></tr></table>
      <figure><svg viewBox="0 0 10 10"><title></title></svg></figure><script src="x.js"></script>
      """
    try Data(bad.utf8).write(to: URL(fileURLWithPath: folder + "/bad.html"))
    let page = try await Browser.look(at: folder + "/bad.html", width: 390, in: folder)
    #expect(page.scrollWidth > page.clientWidth)
    #expect(!page.sticking.isEmpty)
    #expect(page.charts == 1 && page.emptyCharts == 1)
    #expect(page.scripts == 1 && page.fetches.count == 1)
  }
}
