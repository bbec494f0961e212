import FoundationEssentials

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Standard output carries results and nothing else; everything about the run goes to standard error.
enum Output {
  private static let standardOutput: Int32 = 1
  private static let standardError: Int32 = 2

  static func print(_ text: String) { write(text + "\n", to: standardOutput) }
  /// Nothing for no lines.
  static func print(_ lines: [String]) { if !lines.isEmpty { print(lines.joined(separator: "\n")) } }
  static func note(_ text: String) { write(text + "\n", to: standardError) }
  static func raw(onStandardOutput text: String) { write(text, to: standardOutput) }
  static func raw(_ text: String) { write(text, to: standardError) }
  static func error(_ message: String) { note("dbbench: \(message)") }
  static func write(_ data: Data) { write(Array(data), to: standardOutput) }

  /// A table on standard output, its first line as a heading.
  static func print(table lines: [String]) {
    guard let first = lines.first else { return }
    print([heading(first)] + lines.dropFirst())
  }

  static var isErrorTerminal: Bool { isatty(standardError) == 1 }

  /// Bold on a terminal, plain where it is piped or colour is unwanted (https://no-color.org).
  static func heading(_ text: String) -> String {
    let isWanted = isatty(standardOutput) == 1 && getenv("NO_COLOR") == nil
    return isWanted ? "\u{1B}[1m\(text)\u{1B}[0m" : text
  }

  /// Ends the process without running exit handlers: nothing is buffered, and other threads may still be at
  /// work.
  static func exit(_ status: Int32) -> Never { _exit(status) }

  /// Columns of the terminal on standard error, or 100 where it is none.
  static var columns: Int {
    var size = winsize()
    guard ioctl(standardError, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 100 }
    return Int(size.ws_col)
  }

  private static func write(_ text: String, to descriptor: Int32) { write(Array(text.utf8), to: descriptor) }

  /// Writes all of it; a reader that went away is not an error worth a message.
  private static func write(_ bytes: [UInt8], to descriptor: Int32) {
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return }
      written += count
    }
  }

  private static func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    #if canImport(Glibc)
      Glibc.write(descriptor, bytes, count)
    #elseif canImport(Musl)
      Musl.write(descriptor, bytes, count)
    #else
      Darwin.write(descriptor, bytes, count)
    #endif
  }
}
