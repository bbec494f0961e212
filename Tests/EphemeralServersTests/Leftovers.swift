import Glibc

@testable import EphemeralServers

/// What a run could leave on the machine, as seen from outside: by name in `/proc`, not by what the library
/// says of itself.
enum Leftovers {
  /// Processes whose command line names the folder or, as a PostgreSQL title does, its last part.
  static func processes(of folder: String) -> [String] {
    let name = String(folder.split(separator: "/").last ?? "")
    let entries = entries(of: "/proc").compactMap { Int32($0) }
    return entries.compactMap { pid in
      guard pid != getpid(), ProcessTable.state(pid) != .gone,
        let bytes = readSmallFile("/proc/\(pid)/cmdline")
      else { return nil }
      let line = String(decoding: bytes.map { $0 == 0 ? 32 : $0 }, as: UTF8.self)
      return line.contains(name) ? "\(pid) \(line.suffix(120))" : nil
    }
  }

  /// The shared memory of one PostgreSQL server: POSIX segments by path, and the System V one by number.
  static func sharedMemory(of server: RunningServer) -> Set<String> {
    let posix = ([server.pid] + ProcessTable.children(of: server.pid)).flatMap { pid in
      String(decoding: readSmallFile("/proc/\(pid)/maps", maximumBytes: 8 << 20) ?? [], as: UTF8.self)
        .split(separator: "\n").compactMap { $0.split(separator: " ").last }
        .filter { $0.hasPrefix("/dev/shm/PostgreSQL.") }.map(String.init)
    }
    let lock = String(decoding: readSmallFile(server.dataDirectory + "/postmaster.pid") ?? [], as: UTF8.self)
    let segment = lock.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(6).first?
      .split(separator: " ").last
    return Set(posix + [segment.map(String.init)].compactMap { $0 })
  }

  /// Those of these segments that still exist.
  static func stillThere(_ segments: Set<String>) -> [String] {
    let systemV = String(decoding: readSmallFile("/proc/sysvipc/shm") ?? [], as: UTF8.self)
      .split(separator: "\n").dropFirst().compactMap {
        $0.split(separator: " ").dropFirst().first.map(String.init)
      }
    return segments.filter { $0.hasPrefix("/") ? fileSize($0) > 0 : systemV.contains($0) }.sorted()
  }

  static func entries(of folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }

  /// Waits, at most 15 s, until nothing of these folders is left; returns what still is.
  static func waitUntilGone(_ folders: [String]) async throws -> [String] {
    var left: [String] = []
    _ = try await poll(until: .now + .seconds(15)) { () -> Bool? in
      left = folders.flatMap { processes(of: $0) + (isDirectory($0) ? [$0] : []) }
      return left.isEmpty ? true : nil
    }
    return left
  }
}

/// A folder for one test's temporary folders, removed at the end.
func withTemporaryFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
  var template = Array("/tmp/dbt-XXXXXX".utf8CString)
  guard mkdtemp(&template) != nil else { throw EphemeralServersError(.folderUnusable, systemErrorText()) }
  let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  chmod(folder, 0o755)
  defer { rmdir(folder) }
  return try await body(folder)
}
