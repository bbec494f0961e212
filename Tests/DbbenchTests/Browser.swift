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

  struct Page: Decodable, Sendable {
    var errors: [String]
    /// The page's own width and that of its window, in CSS pixels.
    var scrollWidth: Int
    var clientWidth: Int
    /// Elements that stick out of the window without a box around them that scrolls.
    var sticking: [String]
    /// Charts, and those of them that draw nothing.
    var charts: Int
    var emptyCharts: Int
    var scripts: Int
    /// Addresses that the page would fetch something from.
    var fetches: [String]
    var headings: [String]
  }

  struct NoAnswer: Error, CustomStringConvertible {
    var output: String
    var description: String { "the browser told nothing: \(output.prefix(2_000))" }
  }

  /// Opens a page in a window of this width and measures it.
  static func look(at file: String, width: Int, isDark: Bool = false, in folder: String) async throws -> Page
  {
    let probe = folder + "/probe-\(width)-\(isDark).html"
    try Data(self.probe(file, width).utf8).write(to: URL(fileURLWithPath: probe))
    let profile = folder + "/profile-\(width)-\(isDark)"
    var arguments = [
      "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
      "--allow-file-access-from-files",
      "--user-data-dir=\(profile)", "--virtual-time-budget=5000", "--window-size=1400,1000", "--dump-dom",
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
    return try JSONDecoder().decode(Page.self, from: Data(json.utf8))
  }

  /// A page that holds the other one in a frame of that width, which is its window, and looks into it.
  private static func probe(_ file: String, _ width: Int) -> String {
    """
    <!DOCTYPE html><meta charset="utf-8"><iframe id="page" style="width:\(width)px;height:900px;border:0"></iframe>
    <pre id="answer"></pre><script>
    const errors = [], frame = document.getElementById('page');
    frame.onload = () => {
      const w = frame.contentWindow, d = w.document, view = d.documentElement.clientWidth;
      w.addEventListener('error', e => errors.push(String(e.message)), true);
      const scrolls = e => { for (; e && e !== d.body; e = e.parentElement) { const o = w.getComputedStyle(e).overflowX; if (o === 'auto' || o === 'scroll' || o === 'hidden') return true; } return false; };
      const sticking = [...d.body.querySelectorAll('*')].filter(e => { const r = e.getBoundingClientRect(); return r.width > 0 && r.right > view + 1 && !scrolls(e.parentElement) && !scrolls(e); }).map(e => e.tagName + '.' + e.getAttribute('class'));
      const charts = [...d.querySelectorAll('figure svg')];
      const empty = charts.filter(s => s.getBoundingClientRect().height < 20 || s.querySelectorAll('polyline, circle, rect').length === 0 || !s.querySelector('title').textContent).length;
      const fetches = [...d.querySelectorAll('[src], link[href], image')].map(e => e.outerHTML.slice(0, 80)).concat([...d.querySelectorAll('style')].filter(s => /url\\(|@import/.test(s.textContent)).map(() => 'style'));
      document.getElementById('answer').textContent = JSON.stringify({ errors, scrollWidth: d.documentElement.scrollWidth, clientWidth: view, sticking: sticking.slice(0, 10), charts: charts.length, emptyCharts: empty, scripts: d.scripts.length, fetches, headings: [...d.querySelectorAll('h2')].map(h => h.textContent) });
    };
    window.onerror = m => errors.push(String(m));
    frame.src = 'file://\(file)';
    </script>
    """
  }
}
