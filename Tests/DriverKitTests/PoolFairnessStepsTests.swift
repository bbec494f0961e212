import Testing

@testable import DriverKit

extension DriverKitSuite {
  /// No caller starves. Waiting is counted in exchanges, not in time: those that begin from a call's arrival to its own.
  @Suite struct PoolFairnessSteps: PoolSteps {
    /// A flood of reads, and now and then a call that runs alone or a write: whoever waits longest is in the next
    /// exchange, so none of them waits for more than what was ahead of it.
    @Test func whereAsMuchComesAsIsServedNobodyWaitsForThreeExchanges() {
      var crowd = Crowd(PoolLimits(workers: 1, waitingCalls: 100, batchCalls: 8), arriving: 6)
      crowd.run(exchanges: 1_000)
      #expect(crowd.longestWait <= 3, "waited for \(crowd.longestWait) exchanges")
      #expect(crowd.waiting.count < 16, "\(crowd.waiting.count) were left behind")
    }

    /// More comes than can be served, so that the queue and the waits grow for ever. Nobody is overtaken all the same.
    @Test func whereMoreComesThanIsServedNobodyIsOvertaken() {
      var crowd = Crowd(PoolLimits(workers: 1, waitingCalls: 10_000, batchCalls: 8), arriving: 12)
      crowd.run(exchanges: 1_000)
      #expect(crowd.waiting.count > 3_000, "only \(crowd.waiting.count) wait: that is no overload")
      #expect(crowd.longestWait > 100)
      #expect(crowd.overtaken == 0, "\(crowd.overtaken) calls waited for more than what was ahead of them")
      for (batchClass, atLeast) in [(0, 60), (1, 3_000), (2, 60)] {
        #expect(crowd.served[batchClass] > atLeast, "\(crowd.served) calls of each class were served")
      }
    }

    /// 200 callers that come back at once with the next call: 150 read, 40 write, and a batch of writes has no other beside
    /// it, 10 need a connection for themselves.
    @Test(arguments: [1, 2, 4]) func withLanesAndSerialClassesNobodyIsOvertaken(workers: Int) {
      var crowd = Crowd(
        PoolLimits(
          workers: workers, waitingCalls: 1_000, batchCalls: 8, lanes: 2, serialClasses: [2],
          serialBatchFrom: 4))
      for number in 0..<200 { crowd.submit(number % 20 == 0 ? 0 : number % 5 == 1 ? 2 : 1) }
      crowd.run(exchanges: 5_000, comingBack: true)
      #expect(crowd.waiting.count > 150)
      #expect(crowd.overtaken == 0, "\(crowd.overtaken) calls waited for more than what was ahead of them")
      // In a round of all callers every class has its turn.
      #expect(crowd.served.allSatisfy { $0 > 1_000 }, "\(crowd.served) calls of each class were served")
    }
  }
}

/// Callers, and workers that are all at work; the one that began first is the next to be done.
private struct Crowd: PoolSteps {
  private struct Arrival {
    let batchClass: Int
    /// How many exchanges had begun.
    let exchange: Int
    /// How many more may begin up to its own: what is ahead of it, class by class in batches as full as can be.
    let allowed: Int
  }

  private var machine: PoolStateMachine<Waiter>
  private let limits: PoolLimits
  /// Calls that come for each exchange.
  private let arriving: Int
  private var arrivals: [Int: Arrival] = [:]
  private var alive = [0, 0, 0]
  private var working: [(worker: Int, calls: [Waiter])] = []
  private var exchanges = 0
  private var submitted = 0
  private(set) var served = [0, 0, 0]
  private(set) var longestWait = 0
  private(set) var overtaken = 0

  var waiting: some Collection { arrivals }

  init(_ limits: PoolLimits, arriving: Int = 0) {
    self.limits = limits
    self.arriving = arriving
    machine = PoolStateMachine(limits)
  }

  mutating func submit(_ batchClass: Int) {
    alive[batchClass] += 1
    let batches = alive.enumerated().map { line, count in
      line == 0 ? count : (count + limits.batchCalls - 1) / limits.batchCalls
    }
    // While a batch of a serial class is out, the other workers begin one each at most.
    let besides =
      limits.serialClasses.contains(UInt8(batchClass)) ? batches[batchClass] * (limits.workers - 1) : 0
    arrivals[submitted] = Arrival(
      batchClass: batchClass, exchange: exchanges, allowed: batches.reduce(besides, +))
    let action = machine.submit(Waiter(submitted, batchClass: UInt8(batchClass)))
    submitted += 1
    if case .accepted(let wake) = action { follow(wake) }
  }

  mutating func run(exchanges count: Int, comingBack: Bool = false) {
    for turn in 0..<count {
      for _ in 0..<arriving { submit(1) }
      if arriving > 0, turn % 5 == 0 { submit(turn % 10 == 0 ? 0 : 2) }
      guard !working.isEmpty else { continue }
      let (worker, calls) = working.removeFirst()
      machine.finished(worker)
      if comingBack { for call in calls { submit(Int(call.batchClass)) } }
      begin(worker)
    }
  }

  private mutating func follow(_ action: PoolStateMachine<Waiter>.WakeAction) {
    switch action {
    case .start(let worker), .wake(let worker): begin(worker)
    case .wait: break
    }
  }

  private mutating func begin(_ worker: Int) {
    let calls = machine.next(for: worker).calls
    if !calls.isEmpty {
      exchanges += 1
      working.append((worker, calls))
    }
    for call in calls {
      guard let arrival = arrivals.removeValue(forKey: call.number) else { continue }
      alive[arrival.batchClass] -= 1
      served[arrival.batchClass] += 1
      let waited = exchanges - arrival.exchange
      longestWait = max(longestWait, waited)
      if waited > arrival.allowed { overtaken += 1 }
    }
    follow(machine.wakeForWaiting())
  }
}
