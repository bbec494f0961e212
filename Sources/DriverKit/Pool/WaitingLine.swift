import DequeModule

/// The calls of one batch class that wait, in the order they came, and how many workers serve the class.
///
/// A call that leaves stays in place until its turn, as taking it out would cost a search.
struct WaitingLine<Call: PoolWaiter> {
  private struct Entry {
    let call: Call
    let ticket: UInt64
  }
  private var entries = Deque<Entry>()
  private var dead = 0
  /// Workers that serve a batch of this class now.
  var lanes = 0
  /// Calls in those batches.
  var callsUnderWay = 0
  /// Calls of the batch that ended last: most of their callers are about to call again.
  var callsReturning = 0
  /// How many workers may serve it.
  var control = LaneControl()

  /// Calls that wait and whose callers have not said that they left.
  var alive: Int { entries.count - dead }
  var calls: some Sequence<Call> { entries.lazy.map(\.call) }

  /// When the first call came, as a place in the order of all.
  var firstTicket: UInt64? { entries.first?.ticket }

  mutating func append(_ call: Call, ticket: UInt64) {
    entries.append(Entry(call: call, ticket: ticket))
    call.place = .waiting
  }

  /// Removes calls from the front whose callers have gone.
  mutating func dropDead() {
    while let first = entries.first, first.call.hasLeft { take(first) }
  }

  /// The first call whose caller is still there.
  mutating func popFirst() -> Call? {
    while let first = entries.first {
      take(first)
      if !first.call.hasLeft { return first.call }
    }
    return nil
  }

  /// The first call, and those after it that fit beside it.
  mutating func popBatch(calls limit: Int, bytes byteLimit: Int) -> [Call] {
    var batch: [Call] = []
    batch.reserveCapacity(min(limit, alive))
    var bytes = 0
    while batch.count < limit, let first = entries.first {
      let isGone = first.call.hasLeft
      let size = isGone ? 0 : first.call.batchBytes
      if !batch.isEmpty, size > byteLimit - bytes { break }
      take(first)
      if isGone { continue }
      bytes += min(size, byteLimit)
      batch.append(first.call)
    }
    return batch
  }

  private mutating func take(_ first: Entry) {
    entries.removeFirst()
    if first.call.place == .dead { dead -= 1 }
    first.call.place = .outside
  }

  mutating func markDead(_ call: Call) {
    call.place = .dead
    dead += 1
    // Dead entries must not pile up while every worker is stuck.
    if dead > 64, dead > entries.count / 2 {
      entries = Deque(entries.filter { $0.call.place == .waiting })
      dead = 0
    }
  }

  /// Empties the line; returns those whose callers have not said that they left.
  mutating func removeAll() -> [Call] {
    let calls = entries.filter { $0.call.place == .waiting }.map(\.call)
    for entry in entries { entry.call.place = .outside }
    entries.removeAll()
    dead = 0
    return calls
  }
}
