import Testing

@testable import DriverKit

/// SplitMix64: the same sequence for the same seed, on every platform.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }
}

extension DriverKitSuite {
  /// Random steps against a model that is too simple to be wrong: lists of calls and of workers.
  @Suite struct PoolStateMachineModel {
    @Test(arguments: UInt64(1)...40) func randomStepsKeepTheInvariants(seed: UInt64) {
      var generator = SeededGenerator(seed: seed)
      var limits = PoolLimits(
        workers: Int.random(in: 1...5, using: &generator),
        waitingCalls: Int.random(in: 0...100, using: &generator),
        batchCalls: Int.random(in: 1...6, using: &generator),
        lanes: Int.random(in: 1...3, using: &generator))
      if Bool.random(using: &generator) { limits.serialClasses = [2] }
      if Bool.random(using: &generator) { limits.quickClasses = [1] }
      limits.serialBatchFrom = Int.random(in: 2...6, using: &generator)
      var model = Model(limits, isServerNear: Bool.random(using: &generator))
      for step in 0..<2_000 {
        model.step(&generator)
        if let broken = model.brokenInvariant {
          Issue.record("seed \(seed), step \(step): \(broken)")
          return
        }
      }
      model.finish(closing: Bool.random(using: &generator))
      #expect(model.brokenInvariant == nil, "seed \(seed)")
    }
  }
}

private struct Model {
  var machine: PoolStateMachine<Waiter>
  let limits: PoolLimits

  /// Accepted and neither taken by a worker nor skipped, in order of arrival.
  var queue: [Waiter] = []
  /// Left, but the machine has not been told yet.
  var untold: [Waiter] = []
  var running: [Int: [Waiter]] = [:]
  /// Workers whose run no longer counts as a lane.
  var overdue: Set<Int> = []
  let isServerNear: Bool
  /// Runs of quick classes that ended, all of them in no time.
  var quickRuns = 0
  /// How many calls the run of each class had that ended last.
  var returning: [UInt8: Int] = [:]
  /// Woken or started, and not come back yet.
  var arriving: Set<Int> = []
  /// Of those, the ones whose thread is being started.
  var starting: Set<Int> = []
  var parked: Set<Int> = []
  var submitted = 0
  var accepted = 0
  var served = 0
  var left = 0
  var stranded = 0
  var brokenInvariant: String?

  init(_ limits: PoolLimits, isServerNear: Bool) {
    machine = PoolStateMachine(limits)
    machine.connectionOpened(by: 0, isNear: isServerNear)
    self.limits = limits
    self.isServerNear = isServerNear
  }

  private func batchClass(of call: Waiter) -> UInt8 {
    limits.batchCalls == 1 && !limits.quickClasses.contains(call.batchClass) ? 0 : call.batchClass
  }

  /// The runs that count as lanes.
  private var lanesTaken: [[Waiter]] { running.filter { !overdue.contains($0.key) }.map(\.value) }

  private func lanesFree(_ batchClass: UInt8, waiting: Int) -> Int {
    let runs = lanesTaken.filter { $0.first.map(self.batchClass(of:)) == batchClass }
    let lanes = runs.count
    if limits.batchCalls == 1 {
      return isServerNear && quickRuns >= QuickAnswers.window ? max(0, self.lanes - lanes) : limits.workers
    }
    if isSerial(batchClass) {
      if runs.contains(where: { $0.count > 1 }) { return 0 }
      return isShared(batchClass) ? 1 : limits.workers - lanes
    }
    return max(0, self.lanes + (waiting - 1) / limits.batchCalls - lanes)
  }

  private var lanes: Int { min(limits.lanes, limits.workers) }

  /// An equal part of all calls of the class that wait or run.
  private func batchSize(_ batchClass: UInt8) -> Int {
    let waiting = queue.count { self.batchClass(of: $0) == batchClass }
    let running = lanesTaken.joined().count { self.batchClass(of: $0) == batchClass }
    if isSerial(batchClass) { return isShared(batchClass) ? limits.batchCalls : 1 }
    return max(1, min(limits.batchCalls, (waiting + running + lanes - 1) / lanes))
  }

  private func isSerial(_ batchClass: UInt8) -> Bool {
    batchClass > 0 && limits.serialClasses.contains(batchClass)
  }

  private func isShared(_ batchClass: UInt8) -> Bool {
    let here = (queue + lanesTaken.joined()).count { self.batchClass(of: $0) == batchClass }
    return here + returning[batchClass, default: 0] >= limits.serialBatchFrom
  }

  private mutating func end(_ worker: Int) {
    guard let calls = running.removeValue(forKey: worker) else { return }
    overdue.remove(worker)
    served += calls.count
    if limits.batchCalls == 1, let first = calls.first, batchClass(of: first) > 0 { quickRuns += 1 }
    if let first = calls.first { returning[batchClass(of: first)] = calls.count }
  }

  /// How many workers could serve what waits now.
  private var wanted: Int {
    let alive = queue.filter { !$0.hasLeft }
    var wanted = alive.count { batchClass(of: $0) == 0 }
    for batchClass in [UInt8(1), 2] {
      let waiting = alive.count { self.batchClass(of: $0) == batchClass }
      guard waiting > 0 else { continue }
      let size = batchSize(batchClass)
      let batches = (waiting + size - 1) / size
      wanted += min(batches, lanesFree(batchClass, waiting: waiting))
    }
    return wanted
  }

  var workers: Int { running.count + arriving.count + parked.count }

  mutating func step(_ generator: inout SeededGenerator) {
    switch Int.random(in: 0..<100, using: &generator) {
    case 0..<45: submit()
    case 45..<75:
      if let worker = (Array(arriving) + Array(running.keys)).sorted().randomElement(using: &generator) {
        comeBack(worker)
      }
    case 75..<88: if let call = queue.randomElement(using: &generator), !call.hasLeft { leave(call) }
    case 88..<97:
      if let call = untold.randomElement(using: &generator) { tell(call) }
    case 97: passOverdueRuns()
    default: if let worker = starting.sorted().randomElement(using: &generator) { failToStart(worker) }
    }
    check()
  }

  private mutating func submit() {
    let call = Waiter(submitted, batchClass: UInt8(submitted * 7 % 3))
    submitted += 1
    let countedWaiting = machine.waitingCalls
    let available = limits.workers - running.count
    let mustRefuse = countedWaiting - available >= limits.waitingCalls
    switch machine.submit(call) {
    case .accepted(let action):
      expect(!mustRefuse, "accepted beyond the limit")
      self.call(action)
    case .refuseFull:
      expect(mustRefuse, "refused while there was room")
      return
    case .refuseClosed:
      expect(false, "refused as closed while open")
      return
    }
    accepted += 1
    queue.append(call)
  }

  private mutating func call(_ action: PoolStateMachine<Waiter>.WakeAction) {
    switch action {
    case .start(let worker):
      expect(parked.isEmpty, "a thread was started while one slept")
      expect(workers < limits.workers, "more workers than allowed")
      arriving.insert(worker)
      starting.insert(worker)
    case .wake(let worker):
      expect(parked.remove(worker) != nil, "woke a worker that did not sleep")
      arriving.insert(worker)
    case .wait: break
    }
  }

  private mutating func comeBack(_ worker: Int) {
    starting.remove(worker)
    arriving.remove(worker)
    end(worker)
    dropDead()
    // The first call of which a class that a further worker may serve.
    let first = queue.first { call in
      let batchClass = batchClass(of: call)
      let waiting = queue.count { self.batchClass(of: $0) == batchClass }
      return !call.hasLeft && (batchClass == 0 || lanesFree(batchClass, waiting: waiting) > 0)
    }
    switch machine.next(for: worker) {
    case .run(let calls):
      guard let first else { return expect(false, "runs what nobody may run") }
      let isAlone = batchClass(of: first) == 0
      let size = isAlone ? 1 : batchSize(batchClass(of: first))
      let expected = queue.lazy.filter { !$0.hasLeft && $0.batchClass == first.batchClass }.prefix(size)
      if isAlone {
        expect(calls.count == 1 && calls[0] === first, "not the one that came first")
      } else {
        expect(calls.map(\.number) == expected.map(\.number), "not the batch that came first")
      }
      let isTaken = Set(calls.map(\.number))
      // Those of its class before the last had left, and all that follow if there was room for more.
      let hasRoom = !isAlone && calls.count < size
      let last = hasRoom ? queue.count : queue.lastIndex { isTaken.contains($0.number) } ?? 0
      let batchClass = batchClass(of: first)
      queue = queue.enumerated().filter { index, call in
        index > last || self.batchClass(of: call) != batchClass
      }.map(\.element)
      running[worker] = calls
      call(machine.wakeForWaiting())
    case .park:
      expect(first == nil, "sleeps although calls wait")
      parked.insert(worker)
    case .exit: expect(false, "exit while open")
    }
  }

  /// The machine forgets those at the front of a line that have left.
  private mutating func dropDead() {
    for batchClass in [UInt8(0), 1, 2] {
      while let index = queue.firstIndex(where: { self.batchClass(of: $0) == batchClass }),
        queue[index].hasLeft
      {
        queue.remove(at: index)
      }
    }
  }

  /// Everybody who is at work has been at it for long.
  private mutating func passOverdueRuns() {
    let next = machine.passOverdueRuns(now: limits.lanePatience)
    expect(next == nil, "there is more to look at")
    for (worker, calls) in running where calls.contains(where: { batchClass(of: $0) > 0 }) {
      overdue.insert(worker)
    }
    while case let action = machine.wakeForWaiting(), action != .wait { call(action) }
  }

  private mutating func leave(_ call: Waiter) {
    call.hasLeft = true
    left += 1
    untold.append(call)
  }

  private mutating func tell(_ call: Waiter) {
    untold.removeAll { $0 === call }
    machine.leftQueue(call)
    queue.removeAll { $0 === call }
  }

  private mutating func failToStart(_ worker: Int) {
    starting.remove(worker)
    arriving.remove(worker)
    let calls = machine.workerEnded(worker)
    if workers == 0 {
      expect(
        Set(calls.filter { !$0.hasLeft }.map(\.number)) == Set(queue.filter { !$0.hasLeft }.map(\.number)),
        "stranded calls were lost")
      stranded += queue.count { !$0.hasLeft }
      for call in queue { call.hasLeft = true }
      queue.removeAll()
    } else {
      expect(calls.isEmpty, "calls were taken from the workers that are left")
    }
  }

  /// Serves or fails everything, then counts.
  mutating func finish(closing: Bool) {
    if closing {
      let (calls, wake) = machine.shutDown()
      expect(Set(wake) == parked, "not everybody was woken to end")
      let expected = queue.filter { !$0.hasLeft } + running.values.joined()
      expect(
        Set(calls.filter { !$0.hasLeft }.map(\.number)) == Set(expected.map(\.number)),
        "calls lost in shutDown")
      stranded += expected.count
      for call in calls where !call.hasLeft {
        call.hasLeft = true
        machine.leftQueue(call)
      }
      queue.removeAll()
      running.removeAll()
      overdue.removeAll()
      expect(machine.waitingCalls == 0, "calls wait after shutDown")
    } else {
      arriving.formUnion(machine.drain())
      parked.removeAll()
      while let worker = arriving.first ?? running.keys.first {
        end(worker)
        arriving.remove(worker)
        switch machine.next(for: worker) {
        case .run(let calls): running[worker] = calls
        case .park: expect(false, "parks while draining")
        case .exit:
          let stranded = machine.workerEnded(worker)
          expect(stranded.isEmpty, "drained with calls in the queue")
        }
      }
      expect(machine.workerCount == 0 && machine.isIdle, "not drained")
    }
    expect(accepted == served + left + stranded, "\(accepted) accepted, \(served)+\(left)+\(stranded) ended")
  }

  private mutating func check() {
    expect(machine.waitingCalls == queue.count, "waiting \(machine.waitingCalls), not \(queue.count)")
    expect(machine.busyWorkers == running.count, "busy workers")
    expect(machine.workerCount == workers, "workers")
    expect(workers <= limits.workers, "more workers than allowed")
    expect(machine.waitingCalls <= limits.waitingCalls + limits.workers, "the queue is too long")
    let alive = queue.count { !$0.hasLeft }
    // Where a serial class comes to be served one by one, whoever is on the way takes one and wakes the next.
    let onTheWay = limits.serialClasses.isEmpty ? arriving.count : arriving.isEmpty ? 0 : wanted
    expect(parked.isEmpty || wanted <= onTheWay, "a worker sleeps while a call waits: lost wake-up")
    expect(alive == 0 || workers > 0, "nobody is left to serve")
  }

  private mutating func expect(_ condition: Bool, _ what: String) {
    if !condition, brokenInvariant == nil { brokenInvariant = what }
  }
}
