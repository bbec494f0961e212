import FoundationEssentials
import Testing

@testable import BenchmarkKit

@Suite struct ProcessTests {
  private static func line(_ pid: Int, _ name: String, parent: Int, times: String) -> String {
    "\(pid) (\(name)) S \(parent) 1 1 0 -1 4194560 10 20 0 0 \(times) 20 0 1 0 100 1000 10 18446744073709551615"
  }

  @Test func aStatLineIsReadWhateverTheName() throws {
    let reading = try #require(
      ProcessReading(stat: Self.line(7, "a) (b c", parent: 3, times: "1 2 30 40")[...]))
    #expect((reading.pid, reading.parent, reading.program) == (7, 3, "a) (b c"))
    #expect((reading.ownTicks, reading.childTicks) == (3, 70))
    #expect(ProcessReading(stat: "") == nil)
    #expect(ProcessReading(stat: "7 (x) S 3") == nil)
  }

  @Test func processesBelongToTheGroupOfTheirAncestorOrTheirName() {
    let readings = [
      (10, "postgres", 1), (11, "postgres", 10), (12, "helper", 11), (20, "mongod", 1), (30, "swift", 1),
      (31, "cc", 30),
    ].compactMap { pid, name, parent in
      ProcessReading(stat: Self.line(pid, name, parent: parent, times: "1 0 0 0")[...])
    }
    let groups = [ProcessGroup(name: "pg", roots: [10]), ProcessGroup(name: "mongo", programs: ["mongod"])]
    let seconds = ProcessReading.seconds(readings, by: groups, perTick: 0.5)
    #expect(seconds.groups == ["pg": 1.5, "mongo": 0.5])
    #expect(seconds.others == 1)
  }

  /// Twenty processes that each use a little less than `/proc` can tell; what each has used besides is told by its clock.
  @Test func theTimeOfManyProcessesIsNotRounded() throws {
    let reading = try #require(
      ProcessReading(stat: Self.line(7, "postgres", parent: 1, times: "0 0 2 1")[...]))
    let readings = (0..<20).map { number in
      var own = reading
      own.pid = Int32(100 + number)
      own.ownSeconds = 0.009
      return own
    }
    let group = ProcessGroup(name: "pg", programs: ["postgres"])
    let seconds = ProcessReading.seconds(readings, by: [group], perTick: 0.01)
    #expect((try #require(seconds.groups["pg"]) - 20 * 0.039).magnitude < 1e-9)
  }

  /// The lowest limit from the process's own group up to the topmost counts, in both versions of control groups.
  @Test(arguments: [
    (
      "0::/system.slice/db", ["/sys/fs/cgroup"],
      [
        "system.slice/db/memory.max": "max", "system.slice/memory.max": "2147483648",
        "system.slice/db/memory.high": "1073741824", "system.slice/db/cpu.max": "150000 100000",
        "system.slice/cpu.max": "max 100000",
      ]
    ),
    (
      "3:cpu,cpuacct:/docker/1a\n4:memory:/docker/1a\n0::/", ["/sys/fs/cgroup", "/sys/fs/cgroup/memory"],
      [
        "memory/docker/1a/memory.limit_in_bytes": "2147483648",
        "memory/memory.limit_in_bytes": "9223372036854771712", "memory.high": "1073741824",
        "cpu/docker/1a/cpu.cfs_quota_us": "150000", "cpu/docker/1a/cpu.cfs_period_us": "100000",
        "cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000",
      ]
    ),
  ])
  func limitsOfControlGroupsAreRead(groups: String, folders: [String], files: [String: String]) throws {
    func limits(_ files: [String: String]) -> ControlGroupLimits? {
      ControlGroupLimits(
        groups: groups, folderExists: { folders.contains($0) },
        text: { files[String($0.dropFirst("/sys/fs/cgroup/".count))] })
    }
    let limited = try #require(limits(files))
    #expect(limited.memoryBytes == 2 << 30 && limited.memoryHighBytes == 1 << 30 && limited.processors == 1.5)
    #expect(limited.memoryText == "2.00 GiB, slowed down from 1.00 GiB")
    let free = try #require(limits([:]))
    #expect(free.memoryText == "none" && free.processorText == "none")
    #expect(ControlGroupLimits(groups: groups, folderExists: { _ in false }, text: { _ in nil }) == nil)
  }

  @Test func processorsAreWrittenAsLinuxDoes() throws {
    for text in ["0", "0-1", "0-3,8", "1,3,5-7"] {
      #expect(ProcessorList(text)?.description == text)
    }
    #expect(ProcessorList("0-3,8")?.numbers == [0, 1, 2, 3, 8])
    for text in ["", "x", "3-1", "-1", "0-9999999", "1-2-3"] {
      #expect(ProcessorList(text) == nil, "\(text)")
    }
    #expect(ProcessorList.allowed(status: "Name:\tx\nCpus_allowed_list:\t0-1\nMems:\t0")?.numbers == [0, 1])
  }

  @Test func halvesKeepSiblingsTogether() throws {
    let own = try #require(ProcessorList("0-7"))
    // 0 and 4 are of one core, 1 and 5 of another, …
    let siblings = try #require(Pinning(own) { $0 % 4 })
    #expect(siblings.client.description == "0-1,4-5" && siblings.servers.description == "2-3,6-7")
    let odd = try #require(Pinning(ProcessorList([2, 5, 7])) { $0 })
    #expect(odd.client.numbers == [2] && odd.servers.numbers == [5, 7])
    #expect(Pinning(ProcessorList([3])) { $0 } == nil)
  }

  @Test func useIsWhatNobodyOfOursDid() throws {
    let monitor = CPUMonitor(servers: [])
    var start = CPUMonitor.Reading(
      nanoseconds: 0, idleSeconds: 100, processors: 2, groupSeconds: ["client": 5])
    var end = CPUMonitor.Reading(
      nanoseconds: 1_000_000_000, idleSeconds: 100.5, processors: 2, groupSeconds: ["client": 5.9])
    let use = monitor.use(from: start, to: end)
    // Two processors for a second, half a second idle, 0.9 s ours.
    #expect((try #require(use.unaccountedSeconds) - 0.6).magnitude < 1e-9)
    #expect(CPUMonitor.Use.foreignCores([use]) == use.unaccountedSeconds)
    #expect((try #require(use.groupSeconds["client"]) - 0.9).magnitude < 1e-9)
    end.idleSeconds = 101.4
    let below = monitor.use(from: start, to: end)
    #expect(CPUMonitor.Use.foreignCores([below]) == 0, "readings are not taken at once")
    // What one segment has too much because of that, another one has too little: only their sum counts.
    #expect((try #require(CPUMonitor.Use.foreignCores([use, below])) - 0.15).magnitude < 1e-9)
    // What can be seen is foreign, whatever the kernel counts twice.
    end.otherSeconds = 0.4
    let seen = monitor.use(from: start, to: end)
    #expect((try #require(CPUMonitor.Use.foreignCores([seen])) - 0.4).magnitude < 1e-9)
    start.idleSeconds = nil
    #expect(monitor.use(from: start, to: end).unaccountedSeconds == nil)
    #expect(CPUMonitor.Use.foreignCores([use, monitor.use(from: start, to: end)]) == nil)
  }

  /// `/proc` tells hundredths of a second only.
  @Test func aShortTimeIsSeen() throws {
    let monitor = CPUMonitor(servers: [])
    let before = monitor.reading()
    guard before.idleSeconds != nil else { return }
    let after = monitor.reading()
    let used = try #require(monitor.use(from: before, to: after).groupSeconds["client"])
    // Reading `/proc` itself takes some of it; no whole number of hundredths.
    let hundredths = used * 100
    #expect(used > 0 && (hundredths - hundredths.rounded()).magnitude > 1e-6, "\(used)")
  }

  @Test func ourOwnTimeIsMeasured() throws {
    let monitor = CPUMonitor(servers: [])
    let before = monitor.reading()
    guard before.idleSeconds != nil else { return }
    var value: UInt64 = 1
    var after = before
    repeat {
      for _ in 0..<1_000_000 { value = TraceRandom.mixed(value) }
      after = monitor.reading()
    } while monitor.use(from: before, to: after).groupSeconds["client"] ?? 0 < 0.05
    #expect(value != 0)
    let use = monitor.use(from: before, to: after)
    #expect(use.groupSeconds["client"] ?? 0 >= 0.05)
    #expect(use.wallSeconds > 0)
  }
}
