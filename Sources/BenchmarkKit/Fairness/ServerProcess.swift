/// What this machine knows about a server's process, where the server runs on it.
public struct ServerProcess: Sendable {
  private let status: String
  private let autogroup: String?

  /// - Parameter id: As the server tells it; `nil` from here where no such process of this program can be seen, for
  ///   example one in a container of its own.
  /// - Parameter program: How the process's name begins, to be sure that it is that.
  public init?(_ id: Int, program: String) {
    guard let status = SystemFile.text("/proc/\(id)/status"), status.hasPrefix("Name:\t\(program)") else {
      return nil
    }
    self.status = status
    autogroup = SystemFile.text("/proc/\(id)/autogroup")
  }

  /// The processors that it may run on, for example `0-3, all there are`, or `2-3`.
  public var processors: String? {
    ProcessorList.allowed(status: status).map { own in
      own == ProcessorList.online ? "\(own), all there are" : "\(own)"
    }
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
