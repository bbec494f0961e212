import FoundationEssentials

/// A folder of a test's own.
struct TemporaryFolder {
  let path: String

  /// A path below the system's temporary folder; nothing is there yet.
  init() { path = FileManager.default.temporaryDirectory.path + "/dbbench-test-\(UUID().uuidString)" }

  func remove() { try? FileManager.default.removeItem(atPath: path) }
}
