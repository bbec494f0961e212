import FoundationEssentials

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the system knows about this process.
enum ClientProcess {
  static var id: Int32 { getpid() }

  /// The processor time of all its threads so far.
  static func processorNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
  }

  /// The machine that the client runs on, and how the client was built.
  static var environment: [String: String] {
    var system = utsname()
    var environment = ["client cores": String(ProcessInfo.processInfo.activeProcessorCount)]
    if let processors = ProcessorList.own { environment["client processors"] = processors.description }
    if uname(&system) == 0 {
      environment["client kernel"] =
        "\(text(of: system.sysname)) \(text(of: system.release)) \(text(of: system.machine))"
    }
    #if DEBUG
      environment["client build"] = "debug: figures are too low"
    #else
      environment["client build"] = "release"
    #endif
    return environment
  }

  /// A C array of characters, up to its NUL.
  private static func text<Characters>(of characters: Characters) -> String {
    withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }

  /// The highest resident set so far, or since ``resetPeakMemory()``: `VmHWM` of Linux; `nil` elsewhere.
  static func peakMemoryBytes() -> Int? {
    guard let data = FileManager.default.contents(atPath: "/proc/self/status") else { return nil }
    for line in String(decoding: data, as: UTF8.self).split(separator: "\n") where line.hasPrefix("VmHWM:") {
      let digits = line.utf8.filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      return Int(String(decoding: digits, as: UTF8.self)).map { $0 * 1_024 }
    }
    return nil
  }

  /// Lets the peak start from what is resident now. Where the system refuses, the peak is that of the whole
  /// process.
  static func resetPeakMemory() {
    try? Data("5".utf8).write(to: URL(filePath: "/proc/self/clear_refs"))
  }
}
