import Foundation
import Subprocess
import SystemPackage

/// A headless Chromium, where one is installed.
enum Browser {
  static let path: String? = {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
    for name in ["chromium", "chromium-browser", "google-chrome"] {
      for folder in folders where FileManager.default.isExecutableFile(atPath: folder + "/" + name) {
        return folder + "/" + name
      }
    }
    return nil
  }()

  /// A page in a window of that many CSS pixels.
  struct View: Sendable {
    var file: String
    var width: Int
  }

  struct Page: Decodable, Sendable {
    /// What its scripts threw and rejected, what could not be fetched, and what went to the console as an error, from its
    /// first line on.
    var errors: [String]
    /// The page's own width and that of its window, in CSS pixels.
    var scrollWidth: Int
    var clientWidth: Int
    /// Elements that stick out of the window without a box around them that scrolls.
    var sticking: [String]
    /// Charts, those of them that draw nothing, and labels that their chart's edge cuts off.
    var charts: Int
    var emptyCharts: Int
    var cutLabels: [String]
    var scripts: Int
    /// Addresses that the page would fetch something from.
    var fetches: [String]
    var headings: [String]
    /// Whether it was asked for its dark colours.
    var isDark: Bool

    /// All that is wrong with it as a report of so many charts; empty for a good one.
    func problems(charts expected: Int) -> [String] {
      var problems = errors.map { "error: \($0)" }
      if scrollWidth > clientWidth { problems.append("scrolls sideways: \(scrollWidth) in \(clientWidth)") }
      problems += sticking.map { "sticks out: \($0)" }
      if charts != expected { problems.append("charts: \(charts) instead of \(expected)") }
      if emptyCharts > 0 { problems.append("empty charts: \(emptyCharts)") }
      problems += cutLabels.map { "cut off: \($0)" }
      if scripts > 0 { problems.append("scripts: \(scripts)") }
      return problems + fetches.map { "fetches: \($0)" }
    }
  }

  struct NoAnswer: Error, CustomStringConvertible {
    var output: String
    var description: String { "the browser told nothing: \(output.prefix(2_000))" }
  }

  struct NoHead: Error {
    var file: String
  }

  /// Opens pages in windows of their widths, all in one browser, and measures them.
  static func look(at views: [View], isDark: Bool = false, in folder: String) async throws -> [Page] {
    let name = UUID().uuidString
    let probe = "\(folder)/probe-\(name).html"
    var watched: [View] = []
    for (number, view) in views.enumerated() {
      watched.append(View(file: "\(folder)/watched-\(name)-\(number).html", width: view.width))
      try self.watched(view.file).write(to: URL(fileURLWithPath: watched[number].file))
    }
    try Data(self.probe(watched).utf8).write(to: URL(fileURLWithPath: probe))
    var arguments = [
      "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
      "--allow-file-access-from-files",
      "--user-data-dir=\(folder)/profile-\(name)", "--virtual-time-budget=10000",
      "--window-size=1400,1000",
      "--dump-dom",
    ]
    if isDark { arguments.append("--force-dark-mode") }
    let result = try await Subprocess.run(
      .path(FilePath(path ?? "")), arguments: Arguments(arguments + ["file://" + probe]), input: .none,
      output: .string(limit: 1 << 22), error: .discarded)
    let output = result.standardOutput
    guard let start = output.range(of: "<pre id=\"answer\">"),
      let end = output.range(of: "</pre>", range: start.upperBound..<output.endIndex)
    else { throw NoAnswer(output: output) }
    let json = output[start.upperBound..<end.lowerBound]
      .replacingOccurrences(of: "&lt;", with: "<").replacingOccurrences(of: "&gt;", with: ">")
      .replacingOccurrences(of: "&amp;", with: "&")
    guard !json.isEmpty else { throw NoAnswer(output: output) }
    return try JSONDecoder().decode([Page].self, from: Data(json.utf8))
  }

  /// The page with a script before everything else, which hears of every error: after loading it would be too late.
  private static func watched(_ file: String) throws -> Data {
    var page = try String(contentsOfFile: file, encoding: .utf8)
    guard let head = page.range(of: "<head>") else { throw NoHead(file: file) }
    page.insert(contentsOf: watch, at: head.upperBound)
    return Data(page.utf8)
  }

  private static let watch = """
    <script id="watch">
    window.errors = [];
    addEventListener('error', e => errors.push(e.message || 'not loaded: ' + (e.target.src || e.target.href)), true);
    addEventListener('unhandledrejection', e => errors.push('rejected: ' + e.reason));
    console.error = (...parts) => errors.push(parts.join(' '));
    </script>
    """

  /// A page that holds the others in frames of their widths, which are their windows, and looks into them.
  private static func probe(_ views: [View]) -> String {
    let list = views.map { "['file://\($0.file)', \($0.width)]" }.joined(separator: ", ")
    return """
      <!DOCTYPE html><meta charset="utf-8"><pre id="answer"></pre><script>
      const views = [\(list)], pages = [];
      const look = w => {
        const d = w.document, view = d.documentElement.clientWidth;
        const scrolls = e => { for (; e && e !== d.body; e = e.parentElement) if (['auto', 'scroll'].includes(w.getComputedStyle(e).overflowX)) return true; return false; };
        const sticking = [...d.body.querySelectorAll('*')].filter(e => { const r = e.getBoundingClientRect(); return r.width > 0 && r.right > view + 1 && !scrolls(e); });
        const charts = [...d.querySelectorAll('figure svg')];
        const empty = charts.filter(s => s.getBoundingClientRect().height < 20 || s.querySelectorAll('polyline, circle, rect').length === 0 || !s.querySelector('title').textContent);
        const cut = charts.flatMap(s => { const b = s.getBoundingClientRect(); return [...s.querySelectorAll('text')].filter(t => { const r = t.getBoundingClientRect(); return r.left < b.left - 1 || r.right > b.right + 1 || r.top < b.top - 1 || r.bottom > b.bottom + 1; }).map(t => t.textContent); });
        const fetches = [...d.querySelectorAll('[src], link[href], image')].map(e => e.outerHTML.slice(0, 80)).concat([...d.querySelectorAll('style')].filter(s => /url\\(|@import/.test(s.textContent)).map(() => 'style'));
        return { errors: w.errors, scrollWidth: d.documentElement.scrollWidth, clientWidth: view, sticking: sticking.slice(0, 10).map(e => e.tagName + '.' + e.getAttribute('class')), charts: charts.length, emptyCharts: empty.length, cutLabels: cut.slice(0, 10), scripts: [...d.scripts].filter(s => s.id !== 'watch').length, fetches, headings: [...d.querySelectorAll('h2')].map(h => h.textContent), isDark: w.matchMedia('(prefers-color-scheme: dark)').matches };
      };
      views.forEach(([address, width], number) => {
        const frame = document.createElement('iframe');
        frame.style = `width:${width}px;height:900px;border:0`;
        // A little later, so that what its own load handlers do wrong is seen too.
        frame.onload = () => setTimeout(() => {
          pages[number] = look(frame.contentWindow);
          if (Object.keys(pages).length === views.length) document.getElementById('answer').textContent = JSON.stringify(pages);
        }, 200);
        frame.src = address;
        document.body.append(frame);
      });
      </script>
      """
  }
}
