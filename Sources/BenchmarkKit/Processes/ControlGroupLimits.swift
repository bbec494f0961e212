/// What a process's control groups (of both versions) let it have; containers and service managers set it.
///
/// A group's limit holds for everything in it together, and those of the groups around it hold too: the lowest counts.
struct ControlGroupLimits: Sendable, Equatable {
  /// Memory, the page cache of what it reads and writes included; `nil`: no limit.
  var memoryBytes: Int?
  /// Above this it is slowed down and its memory taken back; `nil`: no such limit.
  var memoryHighBytes: Int?
  /// Of processor time, in processors; `nil`: no limit.
  var processors: Double?
  /// The group that its memory is counted in, as the process's own.
  var memoryGroup: String

  /// - Parameter process: `nil` for this program.
  /// - Returns: `nil` where the system has no such groups, or they can't be seen from here.
  static func of(_ process: Int? = nil) -> Self? {
    let id = process.map { String($0) } ?? "self"
    guard let groups = SystemFile.text("/proc/\(id)/cgroup") else { return nil }
    return ControlGroupLimits(
      groups: groups, folderExists: { !SystemFile.names(in: $0).isEmpty }, text: SystemFile.text)
  }

  private static let root = "/sys/fs/cgroup"
  /// Version 1 says "no limit" with a number that no machine has.
  private static let noLimit = 1 << 62

  /// - Parameters:
  ///   - groups: Lines such as `0::/user.slice` (version 2) and `4:memory:/docker/1a2b` (version 1).
  ///   - text: The contents of a file, without the line end.
  init?(groups: String, folderExists: (String) -> Bool, text: (String) -> String?) {
    var paths: [String: String] = [:]
    for line in groups.split(separator: "\n") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      for controller in fields[1].split(separator: ",", omittingEmptySubsequences: false) {
        paths[String(controller)] = String(fields[2])
      }
    }
    /// The folders of a group and of those around it, its own first.
    func folders(_ mount: String, _ path: String) -> [String] {
      var names = path.split(separator: "/")
      var folders: [String] = []
      while !names.isEmpty {
        folders.append(([mount] + names.map(String.init)).joined(separator: "/"))
        names.removeLast()
      }
      return folders + [mount]
    }
    func lowest(_ folders: [String], _ file: String) -> Int? {
      folders.compactMap { text("\($0)/\(file)").flatMap { Int($0) } }.filter { $0 < Self.noLimit && $0 >= 0 }
        .min()
    }
    let unified = folderExists(Self.root + "/unified") ? Self.root + "/unified" : Self.root
    let second = folders(unified, paths[""] ?? "/")
    let memory = paths["memory"].map { folders(Self.root + "/memory", $0) } ?? []
    let processor = paths["cpu"].map { folders(Self.root + "/cpu", $0) } ?? []
    guard folderExists(memory.last ?? unified) else { return nil }
    memoryGroup = paths["memory"] ?? paths[""] ?? "/"
    memoryBytes = [lowest(second, "memory.max"), lowest(memory, "memory.limit_in_bytes")].compactMap { $0 }
      .min()
    memoryHighBytes = lowest(second, "memory.high")
    let shares =
      second.compactMap { text("\($0)/cpu.max").flatMap { Self.processors(quota: $0) } }
      + processor.compactMap { folder -> Double? in
        guard let quota = text("\(folder)/cpu.cfs_quota_us"), let period = text("\(folder)/cpu.cfs_period_us")
        else { return nil }
        return Self.processors(quota: "\(quota) \(period)")
      }
    processors = shares.min()
  }

  /// - Parameter quota: Microseconds of processor time and of the period that they are for; `max` or a negative number for
  ///   no limit.
  static func processors(quota: String) -> Double? {
    let parts = quota.split(separator: " ").compactMap { Double($0) }
    guard parts.count == 2, parts[0] > 0, parts[1] > 0 else { return nil }
    return parts[0] / parts[1]
  }

  /// For example `2.00 GiB, slowed down from 1.50 GiB`; `none`.
  var memoryText: String {
    let limit = memoryBytes.map(Quantity.bytes) ?? "none"
    return limit + (memoryHighBytes.map { ", slowed down from \(Quantity.bytes($0))" } ?? "")
  }

  /// For example `1.50 processors`; `none`.
  var processorText: String { processors.map { "\(Quantity.significant($0)) processors" } ?? "none" }
}
