import FoundationEssentials

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// One process in `/proc`.
struct ProcessReading: Sendable, Equatable {
  var pid: Int32
  var parent: Int32
  var program: String
  /// Its own CPU time and that of children it has waited for: the sum over a family of processes loses nothing when one of
  /// them ends.
  var ticks: Int

  /// Reads the line of `/proc/<pid>/stat`; see `proc(5)`. `nil` where it is none.
  init?(stat line: Substring) {
    // The name is in parentheses and may hold any character, parentheses too.
    guard let open = line.firstIndex(of: "("), let close = line.lastIndex(of: ")"), open < close,
      let pid = Int32(line[..<open].filter { $0 != " " })
    else { return nil }
    let fields = line[line.index(after: close)...].split(separator: " ")
    // Counted from the state, which is field 3 of the manual page: ppid is 4; utime, stime, cutime, cstime are 14 to 17.
    guard fields.count > 14, let parent = Int32(fields[1]) else { return nil }
    let times = fields[11...14].compactMap { Int($0) }
    guard times.count == 4 else { return nil }
    self.pid = pid
    self.parent = parent
    program = String(line[line.index(after: open)..<close])
    ticks = times.reduce(0, +)
  }

  /// All processes that can be seen.
  static func all() -> [ProcessReading] {
    var readings: [ProcessReading] = []
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: "/proc") else { return [] }
    for name in names where Int32(name) != nil {
      // It may have ended since.
      guard let data = FileManager.default.contents(atPath: "/proc/\(name)/stat") else { continue }
      if let reading = ProcessReading(stat: String(decoding: data, as: UTF8.self)[...]) {
        readings.append(reading)
      }
    }
    return readings
  }

  /// Ticks by group; a process belongs to the first group that claims it or one of its ancestors.
  static func ticks(_ readings: [ProcessReading], by groups: [ProcessGroup]) -> [String: Int] {
    let parents = Dictionary(readings.map { ($0.pid, $0.parent) }) { first, _ in first }
    var sums = Dictionary(groups.map { ($0.name, 0) }) { first, _ in first }
    for reading in readings {
      let group = groups.first { group in
        if group.programs.contains(reading.program) { return true }
        var pid = reading.pid
        // A chain of parents is shorter than there are processes, whatever raced with the reading.
        for _ in 0...readings.count {
          if group.roots.contains(pid) { return true }
          guard let parent = parents[pid], parent > 0 else { return false }
          pid = parent
        }
        return false
      }
      if let group { sums[group.name, default: 0] += reading.ticks }
    }
    return sums
  }
}
