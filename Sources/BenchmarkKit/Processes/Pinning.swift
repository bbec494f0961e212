import CProcessors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Keeps this program on some processors and the servers on the others, so that neither takes the other's: `--pin`.
///
/// Both servers get the same ones; only one has something to do at a time.
public struct Pinning: Sendable, Equatable {
  public let client: ProcessorList
  public let servers: ProcessorList

  /// What the system's set has room for.
  static let mostProcessors = 1_024

  /// Half of the processors for each, of those that this program may run on.
  ///
  /// - Throws: ``BenchmarkFailure`` with ``ExitStatus/usage`` where there is only one, or no telling.
  public static func halves() throws(BenchmarkFailure) -> Pinning {
    guard let own = ProcessorList.own else {
      throw BenchmarkFailure(.usage, "--pin works on Linux only; leave it out.")
    }
    guard let halves = Pinning(own, firstSibling: firstSibling) else {
      throw BenchmarkFailure(
        .usage, "--pin needs two processors, and this program may use only \(own); leave it out.")
    }
    return halves
  }

  /// Siblings, which share a core, stay together as far as the halves allow; of an odd number the servers get one more.
  ///
  /// - Parameter firstSibling: The lowest number of the processors on the same core.
  init?(_ processors: ProcessorList, firstSibling: (Int) -> Int) {
    let all = processors.numbers.sorted { (firstSibling($0), $0) < (firstSibling($1), $1) }
    guard all.count > 1 else { return nil }
    client = ProcessorList(Array(all.prefix(all.count / 2)))
    servers = ProcessorList(Array(all.dropFirst(all.count / 2)))
  }

  private static func firstSibling(_ processor: Int) -> Int {
    let path = "/sys/devices/system/cpu/cpu\(processor)/topology/thread_siblings_list"
    return SystemFile.text(path).flatMap(ProcessorList.init)?.numbers.first ?? processor
  }

  /// For a plan.
  public var text: String { "this program on \(client), the servers on \(servers)" }

  /// Every thread of this program; later ones inherit it from those that make them.
  public func pinClient() throws(BenchmarkFailure) { try pin("this program", client) { [ClientProcess.id] } }

  /// Every thread of these processes and of all that descends from them; what they start later inherits it.
  public func pinServers(_ roots: [Int32]) throws(BenchmarkFailure) {
    try pin("the servers", servers) {
      let table = ProcessTimes.now()
      return roots.reduce(into: Set<Int32>()) { $0.formUnion(table.family(of: $1)) }
    }
  }

  private func pin(_ who: String, _ processors: ProcessorList, _ processes: () -> Set<Int32>)
    throws(BenchmarkFailure)
  {
    var done: Set<Int32> = []
    // A thread that is not pinned yet may make another one while we look: until there is none left.
    while true {
      let threads = Set(processes().flatMap(Self.threads)).subtracting(done)
      if threads.isEmpty { break }
      for thread in threads {
        guard Self.pin(thread, processors) else {
          throw BenchmarkFailure(
            .unavailable, "the system doesn't let \(who) be pinned to processors \(processors)",
            advice: "Leave --pin out.")
        }
      }
      done.formUnion(threads)
    }
  }

  private static func threads(of process: Int32) -> [Int32] {
    SystemFile.names(in: "/proc/\(process)/task").compactMap { Int32($0) }
  }

  /// `true` for a thread that is gone, too.
  private static func pin(_ thread: Int32, _ processors: ProcessorList) -> Bool {
    let status = dbbench_pin_thread(
      thread, processors.numbers.map(Int32.init), Int32(processors.numbers.count))
    return status == 0 || status == ESRCH
  }
}
