import Testing

@testable import DriverKit

extension DriverKitSuite {
  /// How many workers serve a batch class at a time.
  @Suite struct PoolLaneSteps: PoolSteps {
    // MARK: Serial classes

    private func serialMachine() -> Machine {
      var limits = PoolLimits(workers: 4, waitingCalls: 10_000, batchCalls: 10, lanes: 2)
      limits.serialClasses = [1]
      limits.serialBatchFrom = 4
      return Machine(limits)
    }

    @Test func fewCallsOfASerialClassAreServedOneByOneByManyWorkers() {
      var machine = serialMachine()
      submit("111", to: &machine)
      #expect(next(0, &machine) == [0])
      #expect(next(1, &machine) == [1])
      #expect(next(2, &machine) == [2])
    }

    @Test func manyCallsOfASerialClassShareBatchesOneAtATime() {
      var machine = serialMachine()
      submit("11111", to: &machine)
      #expect(next(0, &machine) == [0, 1, 2, 3, 4])
      // The other lane is free, and stays so.
      submit("11", to: &machine, from: 5)
      for worker in [1, 2] { #expect(machine.next(for: worker).isPark) }
      // What is of another class is served beside it.
      #expect(machine.submit(Waiter(7, batchClass: 2)) == .accepted(.wake(2)))
      #expect(next(2, &machine) == [7])
      // Most callers of the batch are about to come back: until then nobody is woken for the two.
      machine.finished(0)
      #expect(machine.wakeForWaiting() == .wait)
      #expect(next(0, &machine) == [5, 6])
    }

    @Test func aStuckCallOfASerialClassKeepsNoBatchWaiting() {
      var machine = serialMachine()
      submit("1", to: &machine)
      #expect(next(0, &machine) == [0])
      submit("1111", to: &machine, from: 1)
      #expect(next(1, &machine) == [1, 2, 3, 4])
    }

    // MARK: Lanes that take long

    @Test func aLaneThatTakesTooLongKeepsNobodyWaiting() {
      var machine = machine(workers: 3, lanes: 1)
      submit("11", to: &machine)
      #expect(next(0, &machine) == [0, 1])
      submit("1", to: &machine, from: 2)
      #expect(machine.wakeForWaiting() == .wait)
      let patience = machine.limits.lanePatience
      #expect(machine.passOverdueRuns(now: patience - 1) == patience)
      #expect(machine.wakeForWaiting() == .wait)
      #expect(machine.passOverdueRuns(now: patience) == nil)
      #expect(machine.wakeForWaiting() == .start(1))
      #expect(next(1, &machine) == [2])
      // Once it has ended it is as it was: one lane.
      _ = machine.next(for: 0)
      submit("1", to: &machine, from: 3)
      #expect(machine.wakeForWaiting() == .wait)
      #expect(next(1, &machine) == [3])
    }

    @Test func aStuckBatchOfASerialClassIsPassed() {
      var machine = serialMachine()
      submit("11111", to: &machine)
      #expect(next(0, &machine) == [0, 1, 2, 3, 4])
      submit("1111", to: &machine, from: 5)
      for worker in [1, 2] { #expect(machine.next(for: worker).isPark) }
      _ = machine.passOverdueRuns(now: machine.limits.lanePatience)
      #expect(machine.wakeForWaiting() == .wake(2))
      #expect(next(2, &machine) == [5, 6, 7, 8])
    }

    // MARK: Quick answers

    /// A machine without batches, whose server is near or not, after so many answers that took so long.
    private func quickMachine(isNear: Bool, answers: Int, nanoseconds: UInt64) -> Machine {
      var limits = PoolLimits(workers: 4, waitingCalls: 10_000, lanes: 2)
      limits.quickClasses = [1]
      var machine = Machine(limits)
      _ = machine.submit(Waiter(batchClass: 1))
      _ = machine.next(for: 0)
      machine.connectionOpened(by: 0, isNear: isNear)
      for answer in 0..<UInt64(answers) {
        machine.finished(0, now: answer * 1_000_000 + nanoseconds)
        _ = machine.submit(Waiter(batchClass: 1))
        _ = machine.next(for: 0, now: (answer + 1) * 1_000_000)
      }
      return machine
    }

    @Test(arguments: [
      (true, QuickAnswers.window, QuickAnswers.limitNanoseconds - 1, 1),
      (true, QuickAnswers.window, QuickAnswers.limitNanoseconds, 3),
      (true, QuickAnswers.window - 1, QuickAnswers.limitNanoseconds - 1, 3),
      (false, QuickAnswers.window, QuickAnswers.limitNanoseconds - 1, 3),
    ])
    func onlyAServerThatIsNearAndQuickIsSparedThreads(
      isNear: Bool, answers: Int, nanoseconds: UInt64, further: Int
    ) {
      var machine = quickMachine(isNear: isNear, answers: answers, nanoseconds: nanoseconds)
      var started = 0
      for _ in 0..<5 {
        if case .accepted(.start) = machine.submit(Waiter(batchClass: 1)) { started += 1 }
      }
      #expect(started == further)
    }

    // MARK: Few workers or all

    /// How a server behaves: what an exchange of so many calls takes of `workers`, in nanoseconds.
    private typealias Server = @Sendable (_ calls: Int, _ workers: Int) -> UInt64

    /// Calls that take long each and processor time only: four workers on two processors take twice as long as two.
    private static let busy: Server = { calls, workers in UInt64(calls * workers) * 100_000 }
    /// Calls that take long each and wait for the disk: as long, however many do.
    private static let waiting: Server = { calls, _ in UInt64(calls) * 200_000 }
    private static let short: Server = { calls, workers in UInt64(calls * workers) * 5_000 }

    /// Twelve callers that come back at once with the next read, for so many exchanges.
    ///
    /// - Returns: How many calls each worker has at the end, the largest first.
    private func batches(
      _ machine: inout Machine, _ clock: inout UInt64, after exchanges: Int, _ server: Server
    ) -> [Int] {
      var runs: [(worker: Int, calls: Int, end: UInt64)] = []
      func begin(_ worker: Int, _ machine: inout Machine) {
        let calls = machine.next(for: worker, now: clock).calls.count
        if calls > 0 { runs.append((worker, calls, clock + server(calls, runs.count + 1))) }
      }
      func submit(_ calls: Int, _ machine: inout Machine) {
        for _ in 0..<calls {
          switch machine.submit(Waiter(batchClass: 1)) {
          case .accepted(.wake(let worker)), .accepted(.start(let worker)):
            machine.connectionOpened(by: worker)
            begin(worker, &machine)
          default: break
          }
        }
      }
      submit(12, &machine)
      for _ in 0..<exchanges {
        guard let first = runs.indices.min(by: { runs[$0].end < runs[$1].end }) else { break }
        let ended = runs.remove(at: first)
        clock = ended.end
        machine.finished(ended.worker, now: clock)
        submit(ended.calls, &machine)
        begin(ended.worker, &machine)
        if case .wake(let worker) = machine.wakeForWaiting() { begin(worker, &machine) }
      }
      // All go home: nothing of it is there when the next twelve come.
      let atTheEnd = runs.map(\.calls).sorted(by: >)
      for run in runs.sorted(by: { $0.end < $1.end }) {
        clock = max(clock, run.end)
        machine.finished(run.worker, now: clock)
        _ = machine.next(for: run.worker, now: clock)
      }
      return atTheEnd
    }

    private func elasticMachine(_ classes: Set<UInt8> = [1]) -> Machine {
      var limits = PoolLimits(workers: 4, waitingCalls: 10_000, batchCalls: 10, lanes: 2)
      limits.elasticClasses = classes
      return Machine(limits)
    }

    @Test func readsThatWaitForTheServersDiskAreServedByAllWorkersButOne() {
      var (machine, clock) = (elasticMachine(), UInt64(0))
      #expect(batches(&machine, &clock, after: 8 * LaneControl.window, Self.waiting).count == 3)
    }

    @Test func readsThatTakeProcessorTimeAreServedByFewInTheEnd() {
      var (machine, clock) = (elasticMachine(), UInt64(0))
      #expect(batches(&machine, &clock, after: 8 * LaneControl.window, Self.busy).count == 2)
    }

    @Test func shortReadsAreServedByFewAndNothingElseIsTried() {
      var (machine, clock) = (elasticMachine(), UInt64(0))
      for _ in 0..<20 {
        #expect(batches(&machine, &clock, after: LaneControl.window, Self.short).count == 2)
      }
    }

    @Test func classesThatAreNotElasticKeepTheirLanes() {
      var (machine, clock) = (elasticMachine([2]), UInt64(0))
      for _ in 0..<20 {
        #expect(batches(&machine, &clock, after: LaneControl.window, Self.waiting).count == 2)
      }
    }

    @Test func whatIsBetterIsFoundOutAgain() {
      var (machine, clock) = (elasticMachine(), UInt64(0))
      #expect(batches(&machine, &clock, after: 8 * LaneControl.window, Self.waiting).count == 3)
      // What was on the disk is in memory now, and takes its time all the same.
      let kept = LaneControl.windowsKept * LaneControl.window * 5 / 2
      #expect(batches(&machine, &clock, after: kept, Self.busy).count == 2)
      #expect(batches(&machine, &clock, after: kept, Self.waiting).count == 3)
      #expect(batches(&machine, &clock, after: kept, Self.short).count == 2)
    }

    @Test func aLoneCallerChangesNothing() {
      var (machine, clock) = (elasticMachine(), UInt64(0))
      for _ in 0..<100 * LaneControl.window {
        _ = machine.submit(Waiter(batchClass: 1))
        _ = machine.next(for: 0, now: clock)
        clock += 1_000_000
        machine.finished(0, now: clock)
        _ = machine.next(for: 0, now: clock)
      }
      #expect(batches(&machine, &clock, after: 4, Self.busy).count == 2)
    }

    @Test func otherClassesAreNotSparedThreads() {
      var machine = quickMachine(isNear: true, answers: QuickAnswers.window, nanoseconds: 1_000)
      var started = 0
      for _ in 0..<5 {
        if case .accepted(.start) = machine.submit(Waiter(batchClass: 2)) { started += 1 }
      }
      #expect(started == 3)
    }
  }
}
