/// What this machine knows about a server's process, where the server runs on it.
public struct ServerProcess: Sendable {
  private let id: Int
  private let status: String
  private let autogroup: String?
  private let limits: ControlGroupLimits?

  /// - Parameter id: As the server tells it; `nil` from here where no such process of this program can be seen, for
  ///   example one in a container of its own.
  /// - Parameter program: How the process's name begins, to be sure that it is that.
  public init?(_ id: Int, program: String) {
    guard let status = SystemFile.text("/proc/\(id)/status"), status.hasPrefix("Name:\t\(program)") else {
      return nil
    }
    self.id = id
    self.status = status
    autogroup = SystemFile.text("/proc/\(id)/autogroup")
    limits = ControlGroupLimits.of(id)
  }

  /// The processors that it may run on, for example `0-3, all there are`, or `2-3`.
  public var processors: String? {
    ProcessorList.allowed(status: status).map { own in
      own == ProcessorList.online ? "\(own), all there are" : "\(own)"
    }
  }

  /// How much memory it may have, page cache included; a limit of this program's is told where it is another.
  public var memoryLimit: String? {
    guard let limits, let own = ControlGroupLimits.of() else { return nil }
    guard limits.memoryBytes != nil || limits.memoryHighBytes != nil else {
      let client = own.memoryText == limits.memoryText ? "" : "; this program's: \(own.memoryText)"
      return "none: unbudgeted" + client
    }
    let isShared = own.memoryGroup == limits.memoryGroup
    return limits.memoryText
      + (isShared ? ", together with this program" : "; this program's: \(own.memoryText)")
  }

  /// How much processor time it may have; the same.
  public var processorLimit: String? {
    guard let limits, let own = ControlGroupLimits.of() else { return nil }
    let client = own.processorText == limits.processorText ? "" : "; this program's: \(own.processorText)"
    return limits.processorText + client
  }

  /// Pages of a size that was asked for (`HugetlbPages` of Linux) and those that the system makes of usual ones by itself, as the
  /// process has them now.
  public var hugePages: String? {
    guard let reserved = SystemFile.number("HugetlbPages", in: status) else { return nil }
    var text = reserved > 0 ? "\(Quantity.bytes(reserved * 1_024)) in use" : "none in use"
    // As `always [madvise] never`.
    let policy = SystemFile.text("/sys/kernel/mm/transparent_hugepage/enabled")?.split(separator: " ")
      .first { $0.hasPrefix("[") }.map { $0.dropFirst().prefix { $0 != "]" } }
    guard let policy else { return text }
    text += ", transparent ones \(policy)"
    guard policy != "never", let rollup = SystemFile.text("/proc/\(id)/smaps_rollup"),
      let transparent = SystemFile.number("AnonHugePages", in: rollup)
    else { return text }
    return text + (transparent > 0 ? ": \(Quantity.bytes(transparent * 1_024))" : ": none in use")
  }

  /// Where the system schedules sessions as groups, each group has the same part of the processors, however many processes
  /// it has.
  public var scheduling: String? {
    let setting = SystemFile.text("/proc/sys/kernel/sched_autogroup_enabled")
    guard setting?.hasPrefix("1") == true else { return setting == nil ? nil : "no groups of sessions" }
    return autogroup.map {
      Self.group($0) == SystemFile.text("/proc/self/autogroup").map(Self.group)
        ? "in this program's group" : "in a group without this program"
    }
  }

  /// Of a text such as `/autogroup-123 nice 0`.
  private static func group(_ text: String) -> Substring { text.prefix { $0 != " " } }
}
