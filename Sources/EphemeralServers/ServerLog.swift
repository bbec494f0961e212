/// The part of a server's log that one launch wrote.
struct ServerLog: Sendable {
  let path: String
  /// Where this launch began to write, in bytes.
  let startOffset: Int

  /// What this launch has written so far, at most its first MiB.
  var text: String {
    String(decoding: readSmallFile(path, fromOffset: startOffset) ?? [], as: UTF8.self)
  }

  /// The last lines, each cut at 400 characters: mongod's are JSON and can be very long.
  static func tail(_ path: String, from startOffset: Int = 0, lines: Int = 20) -> String {
    let begin = max(startOffset, fileSize(path) - 64 * 1024)
    let text = String(decoding: readSmallFile(path, fromOffset: begin) ?? [], as: UTF8.self)
    return text.split(whereSeparator: \.isNewline).suffix(lines).map { $0.prefix(400) }
      .joined(separator: "\n")
  }

  func tail(lines: Int = 20) -> String { Self.tail(path, from: startOffset, lines: lines) }

  /// Both servers say it in the system's words.
  var saysAddressInUse: Bool { text.contains("Address already in use") }
}
