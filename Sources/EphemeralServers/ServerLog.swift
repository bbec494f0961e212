/// The part of a server's log that one launch wrote.
struct ServerLog: Sendable {
  let path: String
  /// Where this launch began to write, in bytes.
  let startOffset: Int

  /// A log about to be written to: what is in it by now belongs to earlier launches.
  init(appendingTo path: String) {
    self.path = path
    startOffset = fileSize(path)
  }

  /// What this launch has written so far, at most its first MiB.
  private var text: String {
    String(decoding: readSmallFile(path, fromOffset: startOffset) ?? [], as: UTF8.self)
  }

  /// Both servers say it in the system's words.
  var saysAddressInUse: Bool { text.contains("Address already in use") }

  /// Why the launch failed, as one line and as several: the line that tells most, and the end of the log.
  var failure: (line: String, detail: String) {
    let text = self.text
    let tail = Self.tail(of: text, lines: 20)
    guard let cause = Self.cause(in: text) else { return ("its log is empty", "") }
    let shown = cause.prefix(400)
    return (
      "its log says: \(Self.message(of: cause).prefix(400))",
      tail.contains(shown) ? tail : "\(shown)\n...\n\(tail)"
    )
  }

  /// The last lines of a log, each cut at 400 characters: mongod's are JSON and can be very long.
  static func tail(_ path: String, lines: Int) -> String {
    let bytes = readSmallFile(path, fromOffset: max(0, fileSize(path) - 64 * 1024)) ?? []
    return tail(of: String(decoding: bytes, as: UTF8.self), lines: lines)
  }

  private static func tail(of text: String, lines: Int) -> String {
    text.split(whereSeparator: \.isNewline).suffix(lines).map { $0.prefix(400) }.joined(separator: "\n")
  }

  /// The line that tells most: the last grave one; else one that isn't mongod's JSON, which is how it
  /// complains about its options; else the last.
  static func cause(in text: String) -> Substring? {
    let lines = text.split(whereSeparator: \.isNewline)
    let marks = ["FATAL:", "PANIC:", "error:", #""s":"F""#, #""s":"E""#]
    return lines.last { line in marks.contains { line.contains($0) } }
      ?? lines.first { $0.hasPrefix("Error ") } ?? lines.last
  }

  /// A line of mongod's JSON from its message on: before come a time and numbers. Others unchanged.
  private static func message(of line: Substring) -> Substring {
    guard line.hasPrefix("{"), let message = line.firstRange(of: #""msg":"#) else { return line }
    return line[message.upperBound...]
  }
}
