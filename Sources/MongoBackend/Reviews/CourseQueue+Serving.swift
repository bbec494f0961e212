import DriverKit
import InstructorStore
import Synchronization

/// How the writes that wait get their connections and become groups.
extension CourseQueue {
  /// What one transaction takes on.
  private static let writesPerGroup = 64
  private static let bytesPerGroup = 512 << 10

  /// Sees to it that the next group of the course runs. There is one at most at a time.
  func serve(_ course: CourseID, _ core: MongoCore) {
    let next: (head: ReviewWrite, round: Int)? = state.withLock { state in
      // A group that has begun, another course's perhaps, sees to what waits when it ends.
      guard let lane = state.lanes[course], !lane.hasBegun else { return nil }
      if let head = lane.waiting.first { return (head, lane.round) }
      removeLane(course, &state)
      return nil
    }
    guard let (head, round) = next else { return }
    Task { [self] in
      var isLate = false
      do throws(StoreError) {
        let lease = try pool.pendingLease(head.context, .write) { [self] connection, _ throws(StoreError) in
          let group = begin(course, round)
          guard !group.isEmpty else { return }
          pool.groupBegan(madeAt: group.map(\.start))
          ReviewGroup(writes: group, core: core, connection: connection, context: head.context).run()
        }
        if keep(lease, course, round) {
          defer { isLate = lease.isOverdue }
          try await lease.run()
        }
      } catch {
        couldNotBegin(course, round, head, error, isLate: isLate, core)
      }
      // Also where everybody had left before it began.
      if state.withLock({ $0.lanes[course].map { $0.round == round && !$0.hasBegun } ?? false }) {
        couldNotBegin(course, round, head, nil, isLate: false, core)
      }
    }
  }

  /// Notes the lease that a round waits for. Returns `false` where another course's group has begun the round already, or all have
  /// left.
  private func keep(_ lease: PendingLease, _ course: CourseID, _ round: Int) -> Bool {
    state.withLock { state in
      guard let lane = state.lanes[course], lane.round == round, !lane.hasBegun, !lane.waiting.isEmpty
      else { return false }
      state.lanes[course]?.lease = lease
      return true
    }
  }

  /// Takes the next group; empty where nobody waits any more, or this round is over or under way with another course's.
  private func begin(_ course: CourseID, _ round: Int) -> [ReviewWrite] {
    var leases: [PendingLease] = []
    let group = state.withLock { takeGroup(course, round, &leases, &$0) }
    // Otherwise each would have its turn on a connection, with nothing to do.
    for lease in leases { lease.withdraw() }
    return group
  }

  /// - Parameter leases: Gets those of the courses that are taken along.
  private func takeGroup(
    _ course: CourseID, _ round: Int, _ leases: inout [PendingLease], _ state: inout State
  ) -> [ReviewWrite] {
    guard let lane = state.lanes[course], lane.round == round, !lane.hasBegun else { return [] }
    state.lanes[course]?.lease = nil
    var group: [ReviewWrite] = []
    var bytes = 0
    take(course, into: &group, &bytes, &state)
    guard sharesTransactions, group.first.map({ !$0.isExclusive }) ?? false else { return group }
    let others = state.lanes.values.compactMap { $0.hasBegun ? nil : $0.waiting.first }
    // First come, first served.
    for head in others.sorted(by: { $0.ticket < $1.ticket }) where !head.isExclusive {
      guard group.count < Self.writesPerGroup, bytes < Self.bytesPerGroup else { break }
      if let lease = state.lanes[head.course]?.lease { leases.append(lease) }
      state.lanes[head.course]?.lease = nil
      take(head.course, into: &group, &bytes, &state)
    }
    return group
  }

  /// Under the lock: adds what waits for a course, as much of it as fits, and the first in any case.
  private func take(
    _ course: CourseID, into group: inout [ReviewWrite], _ bytes: inout Int, _ state: inout State
  ) {
    guard var lane = state.lanes[course], let first = lane.waiting.first else { return }
    var count = 1
    bytes += first.byteCount
    while !first.isExclusive, count < lane.waiting.count, group.count + count < Self.writesPerGroup {
      let next = lane.waiting[count]
      guard !next.isExclusive, bytes + next.byteCount <= Self.bytesPerGroup else { break }
      bytes += next.byteCount
      count += 1
    }
    lane.running = Array(lane.waiting.prefix(count))
    lane.waiting.removeFirst(count)
    lane.hasBegun = true
    for write in lane.running { write.phase = .running }
    state.waitingCount -= count
    state.lanes[course] = lane
    group += lane.running
  }

  /// All writes of these courses in a group have ended: their next groups may begin.
  func end(_ writes: [ReviewWrite], _ core: MongoCore) {
    let courses = Set(writes.map(\.course))
    pool.groupEnded(calls: writes.count)
    state.withLock { state in
      for course in courses {
        state.lanes[course]?.running = []
        state.lanes[course]?.hasBegun = false
        state.lanes[course]?.round += 1
      }
    }
    for course in courses { serve(course, core) }
  }

  /// Ends the round whose group got no connection: `head` fails for it, the others try for themselves.
  ///
  /// - Parameter isLate: Whether it waited for as long as it may. Refusals and failures to connect the pool has counted.
  private func couldNotBegin(
    _ course: CourseID, _ round: Int, _ head: ReviewWrite, _ error: StoreError?, isLate: Bool,
    _ core: MongoCore
  ) {
    let (isOver, continuation): (Bool, ReviewWrite.Continuation?) = state.withLock { state in
      guard let lane = state.lanes[course], lane.round == round, !lane.hasBegun else { return (false, nil) }
      state.lanes[course]?.round += 1
      state.lanes[course]?.lease = nil
      guard error != nil, head.phase == .waiting else { return (true, nil) }
      // Its lease has ended.
      _ = remove(head, &state)
      return (true, claim(head))
    }
    if let error, let continuation {
      if isLate { pool.timedOut(calls: 1) }
      continuation.resume(returning: .failure(error))
    }
    if isOver { serve(course, core) }
  }

  private func removeLane(_ course: CourseID, _ state: inout State) {
    state.lanes[course] = nil
    guard state.isClosed, state.lanes.isEmpty else { return }
    for waiter in state.drained { waiter.resume() }
    state.drained = []
  }
}
