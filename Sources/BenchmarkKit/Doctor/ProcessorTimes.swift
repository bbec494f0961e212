import FoundationEssentials

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How long the processors were busy, in ticks since the start of the machine, as `/proc/stat` says.
struct ProcessorTimes: Sendable, Equatable {
  /// Everything but idling and stolen time.
  var busy: Int
  /// What the hypervisor gave to other machines while this one had something to do.
  var steal: Int
  var idle: Int

  static let ticksPerSecond = Double(max(1, sysconf(Int32(_SC_CLK_TCK))))

  static func now() -> ProcessorTimes? { SystemFile.text("/proc/stat").flatMap(ProcessorTimes.init) }
}

extension ProcessorTimes {
  /// - Parameter stat: `/proc/stat`, whose first line is "cpu  user nice system idle iowait irq softirq steal …".
  init?(_ stat: String) {
    guard let line = stat.split(separator: "\n").first, line.hasPrefix("cpu ") else { return nil }
    let fields = line.split(separator: " ").dropFirst().compactMap { Int($0) }
    guard fields.count >= 5 else { return nil }
    idle = fields[3] + fields[4]
    steal = fields.count > 7 ? fields[7] : 0
    // Time of guests is in `user` already.
    busy = fields.prefix(3).reduce(0, +) + (fields.count > 6 ? fields[5] + fields[6] : 0)
  }
}

/// How long each process ran, in ticks, as `/proc/<pid>/stat` says.
struct ProcessTimes: Sendable {
  struct Entry: Sendable, Equatable {
    var name: String
    var ticks: Int
    var parent: Int32
    /// With that of its children that have ended.
    var ticksWithChildren: Int
  }

  var entries: [Int32: Entry]

  static func now() -> ProcessTimes {
    let names = SystemFile.names(in: "/proc")
    var entries: [Int32: Entry] = [:]
    for pid in names.compactMap({ Int32($0) }) {
      entries[pid] = SystemFile.text("/proc/\(pid)/stat").flatMap(entry)
    }
    return ProcessTimes(entries: entries)
  }

  /// - Parameter stat: "1234 (name) S parent …"; the name may have spaces and parentheses.
  static func entry(_ stat: String) -> Entry? {
    guard let open = stat.firstIndex(of: "("), let close = stat.lastIndex(of: ")") else { return nil }
    let fields = stat[stat.index(after: close)...].split(separator: " ")
    guard fields.count > 14, let parent = Int32(fields[1]), let user = Int(fields[11]),
      let system = Int(fields[12]),
      let childUser = Int(fields[13]), let childSystem = Int(fields[14])
    else { return nil }
    return Entry(
      name: String(stat[stat.index(after: open)..<close]), ticks: user + system, parent: parent,
      ticksWithChildren: user + system + childUser + childSystem)
  }

  /// What ran since `before`, the busiest first, without these processes.
  func busiest(since before: ProcessTimes, without excluded: Set<Int32>) -> [(name: String, ticks: Int)] {
    entries.compactMap { pid, entry in
      guard !excluded.contains(pid) else { return nil }
      let ticks = entry.ticks - (before.entries[pid]?.ticks ?? 0)
      return ticks > 0 ? (entry.name, ticks) : nil
    }.sorted { ($1.ticks, $0.name) < ($0.ticks, $1.name) }
  }

  /// A process and everything that descends from it.
  func family(of root: Int32) -> Set<Int32> {
    var family: Set<Int32> = [root]
    var isGrowing = true
    while isGrowing {
      let children = entries.filter { family.contains($0.value.parent) && !family.contains($0.key) }.keys
      family.formUnion(children)
      isGrowing = !children.isEmpty
    }
    return family
  }
}
