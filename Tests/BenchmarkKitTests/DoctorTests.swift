import Testing

@testable import BenchmarkKit

/// What the doctor makes of what it reads, on texts as Linux writes them.
@Suite struct DoctorTests {
  private static func levels(_ findings: [Finding]) -> [Finding.Level] { findings.map(\.level) }

  @Test func processorTimesAreRead() throws {
    let times = try #require(ProcessorTimes("cpu  100 5 20 1000 30 2 3 40 7 0\ncpu0 1 2 3 4\n"))
    #expect(times == ProcessorTimes(busy: 130, steal: 40, idle: 1_030))
    #expect(ProcessorTimes("nonsense") == nil)
  }

  @Test func aProcessIsReadWhateverItsName() throws {
    let entry = try #require(
      ProcessTimes.entry("42 (a (b) c) S 7 42 42 0 -1 4194560 1 2 3 4 50 6 70 8 20 0 1 0 100 200 300"))
    #expect(entry == .init(name: "a (b) c", ticks: 56, parent: 7, ticksWithChildren: 134))
  }

  @Test func familiesIncludeGrandchildren() {
    func entry(_ parent: Int32) -> ProcessTimes.Entry {
      .init(name: "", ticks: 0, parent: parent, ticksWithChildren: 0)
    }
    let table = ProcessTimes(entries: [1: entry(0), 2: entry(1), 3: entry(2), 4: entry(1), 5: entry(4)])
    #expect(table.family(of: 2) == [2, 3])
    #expect(table.family(of: 1) == [1, 2, 3, 4, 5])
  }

  @Test func neighboursAndStealAreShares() {
    func findings(busy: Int, steal: Int) -> [Finding] {
      let tick = ProcessorTimes.ticksPerSecond
      return NeighbourFindings(
        before: ProcessorTimes(busy: 0, steal: 0, idle: 0),
        after: ProcessorTimes(busy: busy * Int(tick) / 100, steal: steal * Int(tick) / 100, idle: 0),
        busiest: [("compiler", busy * Int(tick) / 100)], seconds: 1
      ).findings
    }
    #expect(Self.levels(findings(busy: 4, steal: 0)) == [.fine, .fine])
    #expect(Self.levels(findings(busy: 60, steal: 10)) == [.bad, .bad])
    #expect(findings(busy: 60, steal: 0)[0].value.contains("compiler 60%"))
  }

  @Test func aContainersQuotaIsBad() {
    #expect(MachineFindings.processors(count: 4, allowed: 4).level == .fine)
    #expect(MachineFindings.processors(count: 4, allowed: nil).level == .fine)
    let limited = MachineFindings.processors(count: 4, allowed: 1.5)
    #expect(limited.level == .bad)
    #expect(limited.value.contains("1.50"))
    #expect(MachineFindings.processors(count: 1, allowed: nil).level == .bad)
  }

  @Test func fileSystemsInMemoryAreBad() {
    #expect(DiskFindings.fileSystem("/data", type: "ext4", mounts: nil).level == .fine)
    #expect(DiskFindings.fileSystem("/tmp", type: "tmpfs", mounts: nil).level == .bad)
    #expect(
      DiskFindings.fileSystem("/tmp", type: "overlay", mounts: "overlay / overlay rw,lowerdir=x 0 0").level
        == .note)
    #expect(
      DiskFindings.fileSystem("/tmp", type: "overlay", mounts: "overlay / overlay rw,volatile 0 0").level
        == .bad)
    #expect(DiskFindings.fileSystem("/tmp", type: nil, mounts: nil).level == .unknown)
  }

  @Test func limitsAndMemory() {
    #expect(MachineFindings.openFiles(65_536).level == .fine)
    #expect(MachineFindings.openFiles(1_024).level == .note)
    #expect(MachineFindings.openFiles(256).level == .bad)
    let limits =
      "Max open files            1024                 1048576              files     \nMax locked memory unlimited 8 bytes"
    #expect(MachineFindings.limit("Max open files", limits) == 1_024)
    #expect(MachineFindings.limit("Max locked memory", limits) == .max)
    #expect(MachineFindings.limit("Max cpu time", limits) == nil)
    #expect(MachineFindings.openFiles(.max).value == "unlimited")
    #expect(MachineFindings.memory("MemTotal: 9 kB\nMemAvailable:   4194304 kB\n", limit: nil).level == .fine)
    let limited = MachineFindings.memory("MemAvailable:   4194304 kB", limit: 2 << 30)
    #expect(limited.level == .bad && limited.value.contains("2.00 GiB"))
    #expect(MachineFindings.memory("MemAvailable:   4194304 kB", limit: 8 << 30).level == .fine)
    #expect(MachineFindings.memory("MemAvailable:   1000 kB", limit: nil).level == .bad)
    #expect(MachineFindings.memory("", limit: nil).level == .unknown)
  }

  @Test func theDiskIsFlushedAndNothingIsLeft() throws {
    let histogram = try #require(FlushLatency.measure(in: ".", for: .milliseconds(50)))
    #expect(histogram.count > 0)
    #expect(FlushLatency.measure(in: "/nowhere", for: .milliseconds(50)) == nil)
    #expect(DiskFindings.flush(nil, "/nowhere").level == .unknown)
  }

  @Test func theTimerIsMeasured() async throws {
    let lateness = try await TimerLateness.measure(count: 100, interval: .microseconds(200))
    #expect(lateness.count == 100)
  }

  @Test func everyFixIsOneLineBelowWhatItMends() {
    let lines = Finding.lines([Finding("a", "well"), Finding("long name", "wrong", .bad, fix: "do this")])
    #expect(lines == ["ok    a          well", "bad   long name  wrong", "                 fix: do this"])
  }

  @Test func theMeterChecksPassOnTheirOwn() async throws {
    let closed = await MeterSelfTest.closedCeiling(for: .milliseconds(200))
    #expect(closed.isPassed, "\(closed.detail)")
    let open = try await MeterSelfTest.openCeiling(ratePerSecond: 2_000, for: .milliseconds(500))
    #expect(open.isPassed, "\(open.detail)")
    let busy = try await MeterSelfTest.busyPool(ratePerSecond: 1_000, operations: 1_000)
    #expect(busy.isPassed, "\(busy.detail)")
  }

  @Test func aLoopThatAllocatesIsCaught() {
    func check(_ allocations: [Double]) -> Bool {
      MeterSelfTest.allocations(
        allocations.map {
          AllocationCount(
            backend: "null", workload: "closed loop", dispatch: "", concurrency: 16, connections: 0,
            calls: 1_000,
            allocationsPerCall: $0, bytesPerCall: 16 * $0)
        }
      ).isPassed
    }
    #expect(check([0, 0.002]))
    #expect(!check([0, 0.5]))
    #expect(!check([]))
    // A system on which nothing can be counted is no broken meter.
    #expect(MeterSelfTest.uncounted("not here").isPassed)
  }

  /// The check itself can fail: truth that the meter didn't see is told.
  @Test func aMeterThatIsOffIsCaught() async throws {
    let request = OpenLoopRequest(
      OfferedLoad(ratePerSecond: 1_000, arrivals: .constant, duration: .milliseconds(300)), firstOperation: 0,
      timeout: .seconds(5), seed: 1)
    let backend = try KnownLatencyBackend(calls: request.schedule.count) { _ in 10_000_000 }
    let result = try await OpenLoop.run(MeterWorkload(backend), request, on: Fixture.emptyStore)
    var truth = backend.truth
    #expect(MeterSelfTest.compare("", result, request, truth).isPassed)
    for number in truth.indices { truth[number].left += 500_000 }
    #expect(!MeterSelfTest.compare("", result, request, truth).isPassed)
  }
}
