import FoundationEssentials

extension Fingerprint.Machine {
  /// The one that this program runs on.
  static var current: Self {
    let environment = ClientProcess.environment
    return Self(
      cpu: field("model name", in: "/proc/cpuinfo") ?? "unknown",
      // Not only those that this program may use: it may be pinned.
      cores: ProcessorList.online?.numbers.count ?? ProcessInfo.processInfo.activeProcessorCount,
      kernel: environment["client kernel"] ?? "unknown",
      memoryBytes: field("MemTotal", in: "/proc/meminfo").flatMap { Int($0.prefix { $0.isNumber }) }.map {
        $0 * 1_024
      },
      pinning: ProcessorList.own?.description ?? "unknown",
      clientBuild: environment["client build"] == "release" ? "release" : "debug")
  }

  /// What stands behind `name:` in a file of `/proc`.
  private static func field(_ name: String, in path: String) -> String? {
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    for line in String(decoding: data, as: UTF8.self).split(separator: "\n") where line.hasPrefix(name) {
      guard let colon = line.firstIndex(of: ":") else { continue }
      return String(line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" })
    }
    return nil
  }
}
