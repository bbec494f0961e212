import BenchmarkKit

/// What a command is going to do, printed before it touches anything.
struct Plan {
  private let title: String
  private var lines: [(name: String, text: String)] = []

  /// Records loaded per second on an ordinary machine with two cores; for estimates only.
  private static let recordsPerSecond = [
    "postgres": 80_000.0, "postgres-jsonb": 80_000, "mongo": 30_000, "memory": 300_000,
  ]
  private static let startSeconds = 3.0
  /// Rows, indexes, and the log that goes with them.
  private static let bytesPerRecord = 1_000
  /// An empty server of either kind, with its log.
  private static let bytesPerServer = 400 << 20

  init(_ title: String, _ request: SessionRequest, _ catalog: BenchmarkCatalog) {
    self.title = title
    // An arm may be compared with another of the same backend.
    for known in request.targets where !lines.contains(where: { $0.name == known.displayName }) {
      add(known.displayName, Self.place(of: known, request))
    }
    add(
      "data",
      "\(Quantity.count(catalog.instructors)) instructors, \(Quantity.count(catalog.courses)) courses, "
        + "\(Quantity.count(catalog.reviewers)) reviewers, \(Quantity.count(catalog.reviews)) reviews, seed "
        + "\(catalog.seed)")
    if !request.targets.allSatisfy({ $0.server == nil }) {
      add(
        "durability",
        request.servers.durability.rawValue
          + (request.servers.acceptDifferences
            ? ", differences accepted" : ", read back before anything is timed"))
    }
    if let pinning = try? request.pinning() { add("processors", pinning.text) }
    #if DEBUG
      add("build", "for debugging: figures will be too low")
    #endif
    let databases = request.targets.filter { $0.server != nil }
    guard !databases.isEmpty else { return }
    let started = databases.filter { request.servers.url(for: $0.name) == nil }.count
    let bytes =
      (catalog.records + catalog.courses) * Self.bytesPerRecord * databases.count + started
      * Self.bytesPerServer
    add("disk", "about \(Quantity.bytes(bytes))" + (request.servers.keep ? "" : ", freed at the end"))
  }

  private static func place(of known: KnownTarget, _ request: SessionRequest) -> String {
    guard known.server != nil else { return "in this process" }
    guard let url = request.servers.url(for: known.name) else {
      return "a throwaway server in a temporary folder, stopped and removed at the end"
    }
    return "\(Redaction.server(url)), only in '\(request.servers.schema)', "
      + (request.servers.keep ? "kept" : "removed at the end")
  }

  mutating func add(_ name: String, _ text: String) { lines.append((name, text)) }

  mutating func add(estimatedSeconds seconds: Double) {
    add("time", "about \(Quantity.decimal(max(0.1, seconds / 60), 1)) minutes")
  }

  /// Starting the servers and loading this many records into each.
  static func loadSeconds(_ request: SessionRequest, _ records: Int) -> Double {
    request.targets.reduce(startSeconds) { sum, known in
      sum + Double(records) / (recordsPerSecond[known.name] ?? 30_000) + 1
    }
  }

  func print() {
    let width = lines.map(\.name.count).max() ?? 0
    Output.note(title)
    for line in lines {
      Output.note("  " + line.name + String(repeating: " ", count: width - line.name.count + 2) + line.text)
    }
  }
}

/// Keeps passwords off the screen.
enum Redaction {
  /// This program's command line, without what it must not show, ready for a shell.
  static func command(_ arguments: [String] = CommandLine.arguments) -> String {
    var words = ["dbbench"]
    var isURL = false
    for argument in arguments.dropFirst() {
      var word = argument
      for option in ["--postgres", "--mongo"] where argument.hasPrefix(option + "=") {
        word = option + "=" + server(String(argument.dropFirst(option.utf8.count + 1)))
      }
      if isURL { word = server(argument) }
      isURL = argument == "--postgres" || argument == "--mongo"
      let isPlain = word.utf8.allSatisfy { byte in
        let scalar = Unicode.Scalar(byte)
        return byte < 0x80 && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
          || "-_./:,=@+".unicodeScalars.contains(scalar)
      }
      words.append(isPlain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'")
    }
    return words.joined(separator: " ")
  }

  /// Scheme, host, port and database of a URL; of a conninfo string everything but the password.
  static func server(_ url: String) -> String {
    guard let scheme = url.firstRange(of: "://") else {
      return url.split(separator: " ").filter { !$0.lowercased().hasPrefix("password") }.joined(
        separator: " ")
    }
    var rest = url[scheme.upperBound...].prefix { $0 != "?" }
    if let at = rest.lastIndex(of: "@") { rest = rest[rest.index(after: at)...] }
    return String(url[..<scheme.upperBound] + rest)
  }
}
