import FoundationEssentials

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// One process in `/proc`.
///
/// Its own time is that of its clock, in nanoseconds. `/proc` tells it in hundredths of a second, user and system time each rounded
/// down: much for a segment of a fraction of a second, and more of it the more processes there are.
struct ProcessReading: Sendable, Equatable {
  var pid: Int32
  var parent: Int32
  var program: String
  /// Its own CPU time, rounded.
  var ownTicks: Int
  /// That of children it has waited for: with it the sum over a family of processes loses nothing when one of them ends.
  var childTicks: Int
  /// Its own CPU time; `nil` where it has no clock (any more).
  var ownSeconds: Double?

  func seconds(perTick: Double) -> Double {
    (ownSeconds ?? Double(ownTicks) * perTick) + Double(childTicks) * perTick
  }

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
    ownTicks = times[0] + times[1]
    childTicks = times[2] + times[3]
  }

  /// All processes that can be seen.
  static func all() -> [ProcessReading] {
    var readings: [ProcessReading] = []
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: "/proc") else { return [] }
    for name in names where Int32(name) != nil {
      // It may have ended since.
      guard let data = FileManager.default.contents(atPath: "/proc/\(name)/stat") else { continue }
      if var reading = ProcessReading(stat: String(decoding: data, as: UTF8.self)[...]) {
        reading.ownSeconds = clock(of: reading.pid)
        readings.append(reading)
      }
    }
    return readings
  }

  /// All threads together, those that have ended too.
  private static func clock(of pid: Int32) -> Double? {
    #if os(Linux)
      var clock = clockid_t()
      var time = timespec()
      guard clock_getcpuclockid(pid, &clock) == 0, clock_gettime(clock, &time) == 0 else { return nil }
      return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    #else
      return nil
    #endif
  }

  /// Seconds by group, and those of no group; a process belongs to the first group that claims it or one of its ancestors.
  static func seconds(_ readings: [ProcessReading], by groups: [ProcessGroup], perTick: Double) -> (
    groups: [String: Double], others: Double
  ) {
    let parents = Dictionary(readings.map { ($0.pid, $0.parent) }) { first, _ in first }
    var sums = Dictionary(groups.map { ($0.name, 0.0) }) { first, _ in first }
    var others = 0.0
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
      let seconds = reading.seconds(perTick: perTick)
      if let group { sums[group.name, default: 0] += seconds } else { others += seconds }
    }
    return (sums, others)
  }
}
