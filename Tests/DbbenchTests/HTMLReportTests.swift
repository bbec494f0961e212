import Foundation
import Testing

/// The report as a reader sees it, in a real browser: at the width of a desktop and of a phone, light and dark.
@Suite(.enabled(if: Browser.path != nil, "no Chromium on PATH")) struct HTMLReportTests {
  private static let widths = [1_280, 390]

  /// The checked-in one, of real servers and with all their statements and plans.
  private static let example =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path + "/docs/example-report"

  /// One of ratios, and two for each workload.
  private static func charts(workloads: Int) -> Int { 1 + 2 * workloads }

  private static func withFolder(_ body: (String) async throws -> Void) async throws {
    let folder = NSTemporaryDirectory() + "report-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await body(folder)
  }

  /// Finds nothing wrong with the page, whatever the window and its colours.
  private static func expectGood(_ file: String, charts: Int, in folder: String) async throws -> [Browser
    .Page]
  {
    var pages: [Browser.Page] = []
    for isDark in [false, true] {
      let looks = try await Browser.look(
        at: widths.map { Browser.View(file: file, width: $0) }, isDark: isDark, in: folder)
      #expect(looks.count == widths.count)
      for (width, page) in zip(widths, looks) {
        #expect(page.problems(charts: charts) == [], "\(width) wide\(isDark ? ", dark" : "")")
        // A scroll bar may take some of it.
        #expect((width - 20...width).contains(page.clientWidth) && page.isDark == isDark)
      }
      pages += looks
    }
    return pages
  }

  /// A comparison of the in-memory store with itself: small, and without a server's statements.
  @Test func aNewReportFitsItsWindowAndShowsItsCharts() async throws {
    try await Self.withFolder { folder in
      let output = try await Tool.run(
        Tool.compare + [
          "--backends", "memory,memory", "--instructors", "500", "--courses", "500", "--reviewers",
          "200",
          "--reviews", "2000", "--provisional", "--blocks", "1", "--accept-busy",
          "--workload", "instructor-get,review-create", "--rate", "300", "--duration", "0.1",
          "--output", folder + "/results",
        ])
      #expect(output.status == 0, "\(output)")
      // One more for each workload under its offered load.
      let pages = try await Self.expectGood(
        folder + "/results/report.html", charts: Self.charts(workloads: 2) + 2, in: folder)
      for page in pages {
        #expect(page.headings.first == "Verdicts" && page.headings.contains("instructor-get"))
      }
    }
  }

  private struct Summary: Decodable {
    struct Workload: Decodable {
      var workload: String
    }
    var workloads: [Workload]
  }

  @Test func theExampleReportFitsItsWindowAndShowsItsCharts() async throws {
    let summary = try JSONDecoder().decode(
      Summary.self, from: Data(contentsOf: URL(fileURLWithPath: Self.example + "/summary.json")))
    let workloads = summary.workloads.map(\.workload)
    try await Self.withFolder { folder in
      let pages = try await Self.expectGood(
        Self.example + "/report.html", charts: Self.charts(workloads: workloads.count), in: folder)
      for page in pages { #expect(Set(page.headings).isSuperset(of: workloads)) }
    }
  }

  /// A report with one thing wrong, and the problem that the looks above must find in it.
  private struct Damage: Sendable {
    var name: String
    var problem: String
    var widths = HTMLReportTests.widths
    var apply: @Sendable (inout String) throws -> Void

    /// Puts this before the first `mark`.
    static func insert(_ text: String, before mark: String) -> @Sendable (inout String) throws -> Void {
      { page in
        let place = try #require(page.range(of: mark))
        page.insert(contentsOf: text, at: place.lowerBound)
      }
    }

    /// Replaces the first from `start` to `end`.
    static func replace(from start: String, to end: String, with text: String)
      -> @Sendable (inout String) throws -> Void
    {
      { page in
        let first = try #require(page.range(of: start))
        let last = try #require(page.range(of: end, range: first.upperBound..<page.endIndex))
        page.replaceSubrange(first.lowerBound..<last.upperBound, with: text)
      }
    }
  }

  private static let damages = [
    Damage(
      name: "a script throws while the page loads", problem: "error: Uncaught Error: broken on purpose",
      apply: Damage.insert("<script>throw new Error('broken on purpose')</script>", before: "</head>")),
    Damage(
      name: "a script is no script", problem: "error: Uncaught SyntaxError",
      apply: Damage.insert("<script>let = = 1</script>", before: "</head>")),
    Damage(
      name: "a load handler throws", problem: "error: Uncaught ReferenceError",
      apply: Damage.insert(
        "<script>addEventListener('load', () => nowhere())</script>", before: "</body>")),
    Damage(
      name: "a promise is rejected", problem: "error: rejected: broken on purpose",
      apply: Damage.insert("<script>Promise.reject('broken on purpose')</script>", before: "</body>")),
    Damage(
      name: "a script can't be fetched", problem: "error: not loaded: file://",
      apply: Damage.insert("<script src=\"nowhere.js\"></script>", before: "</head>")),
    Damage(
      name: "something is fetched", problem: "fetches: <link",
      apply: Damage.insert("<link rel=\"stylesheet\" href=\"data:text/css,\">", before: "</head>")),
    Damage(
      name: "a statement has no box that scrolls", problem: "sticks out: CODE",
      apply: Damage.insert(
        "<p><code style=\"white-space: pre\">\(String(repeating: "SELECT ", count: 100))</code></p>",
        before: "</main>")),
    Damage(
      name: "a table has no box that scrolls", problem: "scrolls sideways", widths: [390],
      apply: Damage.insert(
        "<table><tr>\(String(repeating: "<td>instructors</td>", count: 12))</tr></table>",
        before: "</main>")),
    Damage(
      name: "a chart is missing", problem: "charts: 16 instead of 17",
      apply: Damage.replace(from: "<figure>", to: "</figure>", with: "")),
    Damage(
      name: "a chart is empty", problem: "empty charts: 1",
      apply: Damage.replace(
        from: "<svg", to: "</svg>", with: "<svg viewBox=\"0 0 480 300\"><title>empty</title></svg>")),
    Damage(
      name: "a label is cut off", problem: "cut off: a name that is too long",
      apply: Damage.insert("<text x=\"450\" y=\"20\">a name that is too long</text>", before: "</svg>")),
  ]

  /// That the looks above can fail, for each of their reasons.
  @Test func aPageThatIsBrokenOnPurposeIsFound() async throws {
    let good = try String(contentsOfFile: Self.example + "/report.html", encoding: .utf8)
    try await Self.withFolder { folder in
      var looks: [(damage: Damage, view: Browser.View)] = []
      for (number, damage) in Self.damages.enumerated() {
        var page = good
        try damage.apply(&page)
        let file = "\(folder)/bad-\(number).html"
        try Data(page.utf8).write(to: URL(fileURLWithPath: file))
        looks += damage.widths.map { (damage, Browser.View(file: file, width: $0)) }
      }
      for (look, page) in zip(looks, try await Browser.look(at: looks.map(\.view), in: folder)) {
        let problems = page.problems(charts: 17)
        #expect(
          problems.contains { $0.hasPrefix(look.damage.problem) },
          "\(look.damage.name), \(look.view.width) wide: \(problems)")
      }
    }
  }
}
