#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif
#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Looks at other processes by their number, and knows whether a number still means the same process.
///
/// On Linux from `/proc`; elsewhere only "is there such a process", and no children are found.
enum ProcessTable {
  enum State: Sendable {
    case running, stopped, gone
  }

  /// The state of a process; one that ended and waits for its parent counts as gone.
  static func state(_ pid: Int32) -> State {
    #if os(Linux)
      guard pid > 1, let bytes = readSmallFile("/proc/\(pid)/stat") else { return .gone }
      return state(ofStat: String(decoding: bytes, as: UTF8.self))
    #else
      return pid > 1 && kill(pid, 0) == 0 ? .running : .gone
    #endif
  }

  #if os(Linux)
    /// - Parameter stat: What `/proc/PID/stat` says.
    static func state(ofStat stat: String) -> State {
      guard let fields = fields(ofStat: stat), let letter = fields.first else { return .gone }
      switch letter {
      // The first thread may end before the others, and until the last has ended the process keeps its files and ports:
      // that takes a while where it has much memory to give back.
      case "Z": return fields.count > threadsField && (Int(fields[threadsField]) ?? 0) > 1 ? .running : .gone
      case "X", "x": return .gone
      case "T", "t": return .stopped
      default: return .running
      }
    }
  #endif

  /// Whether `pid` is alive and still a process started in `folder`: its command line names the folder.
  /// A number that the system has meanwhile given to another process isn't taken for ours.
  static func isAlive(_ pid: Int32, startedIn folder: String) -> Bool {
    guard state(pid) != .gone else { return false }
    #if os(Linux)
      guard let commandLine = readSmallFile("/proc/\(pid)/cmdline") else { return false }
      // For a moment there is none: while the process becomes another program.
      if commandLine.isEmpty { return state(pid) != .gone }
      return String(decoding: commandLine, as: UTF8.self).contains(folder + "/")
    #else
      return true
    #endif
  }

  /// The children of a process: of a postmaster, every other process of that server.
  static func children(of parent: Int32) -> [Int32] {
    #if os(Linux)
      let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
      return entries.compactMap { Int32($0) }.filter { pid in
        guard let bytes = readSmallFile("/proc/\(pid)/stat"),
          let fields = fields(ofStat: String(decoding: bytes, as: UTF8.self)), fields.count > 1
        else { return false }
        return fields[1] == "\(parent)"
      }
    #else
      return []
    #endif
  }

  #if os(Linux)
    /// Of ``fields(ofStat:)``, the one with the number of threads.
    private static let threadsField = 17

    /// The fields of `/proc/PID/stat` after the command's name: state, parent, and so on. The name is in
    /// parentheses and may itself contain spaces and parentheses, so fields count from the last `)`.
    private static func fields(ofStat stat: String) -> [Substring]? {
      guard let end = stat.lastIndex(of: ")") else { return nil }
      return stat[stat.index(after: end)...].split(separator: " ")
    }
  #endif
}
