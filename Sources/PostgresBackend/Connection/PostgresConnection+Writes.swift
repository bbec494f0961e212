import CLibPQ
import DriverKit
import InstructorStore

extension PostgresConnection {
  /// For how long a group waits for a row that somebody else has locked. Whoever asked for the row then waits by itself.
  private static let lockTimeout = Statement("SELECT set_config('lock_timeout', '20ms', true)")

  /// Runs writes in one implicit transaction, with one sync: one commit, however many they are. A write is
  /// acknowledged when the sync was read.
  ///
  /// If one fails, nothing was applied: it runs by itself, and so do those before and those after it, each as a group. Where
  /// a statement of several writes fails, the group is tried once more with each write's own statements, to learn whose fault it was;
  /// what comes behind that write keeps to them. So a group in which k writes fail costs at most 2 k + 1 further groups and no
  /// statement runs more than a few times. A
  /// connection that is lost before the sync leaves the outcome of every write of the group unknown.
  func run(writes: [Request]) {
    guard let first = writes.first, let unit = CallGroup<PostgresConnection>(writes) else { return }
    for write in writes { if let id = grouped(write).entityID { write.noteEntity(id) } }
    do throws(StoreError) {
      try PostgresStore.requireSchema(self, unit)
    } catch {
      for write in writes { write.keep(error) }
      return
    }
    if writes.count == 1 {
      runAlone(first)
    } else {
      run(group: writes.sorted { grouped($0).lockOrder < grouped($1).lockOrder }[...])
    }
  }

  /// The pool's writes are of this kind.
  private func grouped(_ write: Request) -> GroupedWrite {
    unsafeDowncast(write.request, to: GroupedWrite.self)
  }

  private func runAlone(_ write: Request) {
    // Its caller left before it was sent again.
    if write.isAbandoned { return }
    write.forgetFailure()
    do throws(StoreError) {
      try retrying(write) { () throws(StoreError) in try grouped(write).runAlone(self, write) }
    } catch {
      write.keep(error)
    }
  }

  private func run(group writes: ArraySlice<Request>) {
    var rest = writes[...]
    var mayShare = true
    while rest.count > 1 {
      if isBroken { return keepUnsent(rest) }
      switch attempt(rest, mayShare: mayShare) {
      case .over: return
      case .failedTogether(let failure):
        mayShare = false
        // By itself none of the writes would find out that the shared statement has to be prepared again.
        if failure.isStalePlan, let call = rest.first { try? forgetStatements(call) }
      case .failed(let index, let failure):
        run(group: rest[..<index])
        let write = rest[index]
        if failure.error.code == .timeout(.lock) {
          // On a connection of its own, where it keeps nobody waiting.
          write.runAloneLater()
        } else if isBroken {
          keepUnsent(rest[index...index])
        } else {
          runAlone(write)
        }
        rest = rest[(index + 1)...]
      case .failedAsAWhole:
        let half = rest.startIndex + rest.count / 2
        run(group: rest[..<half])
        rest = rest[half...]
      }
    }
    guard let last = rest.first else { return }
    if isBroken {
      keepUnsent(rest)
    } else if grouped(last).lockOrder > .nothing {
      // By itself it waits for as long as it may: not on this connection, while others of the batch wait for their answers.
      last.runAloneLater()
    } else {
      runAlone(last)
    }
  }

  /// The connection broke; of these, nothing is under way.
  private func keepUnsent(_ writes: ArraySlice<Request>) {
    for write in writes {
      var error = lost(write)
      error.outcome = .notApplied
      write.keep(error)
    }
  }

  private enum Attempt {
    /// Committed, or lost with the connection: every write has its answer or error.
    case over
    /// Nothing was applied, because of the write with this index.
    case failed(Int, ExchangeFailure)
    /// Nothing was applied, and any of the writes that shared statements may be at fault.
    case failedTogether(ExchangeFailure)
    /// Nothing was applied, and no write is known to be at fault.
    case failedAsAWhole
  }

  /// - Parameter mayShare: Whether writes for which there are such share statements.
  private func attempt(_ group: ArraySlice<Request>, mayShare: Bool) -> Attempt {
    // A write whose caller has left is not sent, or not again.
    var sent = group.indices.filter { !group[$0].isAbandoned }
    guard let unit = CallGroup<PostgresConnection>(sent.map { group[$0] }) else { return .over }
    for index in sent { group[index].forgetFailure() }
    drawIDs(for: sent.map { group[$0] }.filter { grouped($0).needsID }, unit)
    sent.removeAll { group[$0].isAbandoned || group[$0].hasFailed }
    if sent.isEmpty { return .over }
    if isBroken {
      for index in sent { keepUnsent(group[index...index]) }
      return .over
    }
    do throws(ExchangeFailure) {
      let statements = try send(group, sent, unit, mayShare: mayShare)
      let failed = try receive(statements, group, unit)
      // What the server said as it went down proves nothing.
      guard !isBroken else { throw ExchangeFailure(error: lost(unit)) }
      if let failed { return failed }
    } catch {
      // The sync was not read, or can't be trusted.
      for index in sent {
        var error = error.error
        error.entityID = group[index].entityID
        error.outcome = .unknown
        group[index].keep(error)
      }
      return .over
    }
    for index in sent {
      let write = group[index]
      // One whose answer made no sense was applied with the others.
      if !grouped(write).isDone, !write.hasFailed { runAlone(write) }
    }
    return .over
  }

  /// Draws the ids of all creates at once: none of them can get in the way of the others' ids.
  private func drawIDs(for creates: [Request], _ unit: Call) {
    guard let first = creates.first else { return }
    do throws(StoreError) {
      let ids = try grouped(first).drawIDs(count: creates.count, self, unit)
      for (create, id) in zip(creates, ids) {
        grouped(create).use(id: id)
        create.noteEntity(id)
      }
    } catch {
      for create in creates { create.keep(error) }
    }
  }

  /// A statement that was sent.
  private struct Sent {
    /// The index of the write it is of; `nil` for the group's own, and where it is of several.
    let write: Int?
    let isFurther: Bool
    var isShared = false
    let statement: Statement
    /// Whether what prepares it went before it.
    let isPreparing: Bool
  }

  /// Sends the group's statements and a sync.
  private func send(
    _ group: ArraySlice<Request>, _ writes: [Int], _ unit: Call, mayShare: Bool
  ) throws(ExchangeFailure) -> [Sent] {
    var preparing: [Int] = []
    var sent: [Sent] = []
    var sharing = mayShare ? writes.map { grouped(group[$0]) }.filter(\.sharesStatements) : []
    if sharing.count < 2 { sharing = [] }
    if writes.contains(where: { grouped(group[$0]).lockOrder > .nothing }) {
      try send(Self.lockTimeout, of: nil, &preparing, &sent, unit) { _ in }
    }
    for index in writes {
      let write = grouped(group[index])
      if !sharing.isEmpty, write.sharesStatements { continue }
      try send(write.statement, of: index, &preparing, &sent, unit, write.bind)
      if let further = write.further {
        try send(further, of: index, isFurther: true, &preparing, &sent, unit, write.bindFurther)
      }
    }
    // Last: they take the locks that come last, in their order.
    for (number, statement) in (sharing.first?.statements(forAll: sharing) ?? []).enumerated() {
      try send(statement, of: nil, isShared: true, &preparing, &sent, unit) {
        sharing[0].bind(statement: number, forAll: sharing, $0)
      }
    }
    guard PQpipelineSync(pointer) == 1 else { throw ExchangeFailure(error: lost(unit)) }
    return sent
  }

  private func send(
    _ statement: Statement, of write: Int?, isFurther: Bool = false, isShared: Bool = false,
    _ preparing: inout [Int],
    _ sent: inout [Sent], _ unit: Call, _ bind: (ParameterBuffer) -> Void
  ) throws(ExchangeFailure) {
    let isPreparing = try sendPrepare(statement, &preparing, unit)
    sent.append(
      Sent(
        write: write, isFurther: isFurther, isShared: isShared, statement: statement, isPreparing: isPreparing
      ))
    parameters.reset()
    bind(parameters)
    if !send(statement) { throw ExchangeFailure(error: lost(unit)) }
  }

  /// Reads up to the sync. Returns what failed, if anything did; then nothing was applied.
  private func receive(
    _ sent: [Sent], _ group: ArraySlice<Request>, _ unit: Call
  ) throws(ExchangeFailure) -> Attempt? {
    var failure: ExchangeFailure?
    var failedIndex: Int?
    var isOfSeveral = false
    for next in sent {
      let hadFailed = failure != nil
      if next.isPreparing, try answer(unit, &failure, { _ in }) { markPrepared(next.statement) }
      var isUndecodable = false
      _ = try answer(unit, &failure) { result in
        guard let index = next.write, !next.isFurther else { return }
        do throws(DecodingFailure) { try group[index].request.receive(result) } catch { isUndecodable = true }
      }
      if next.isShared, !hadFailed, failure != nil { isOfSeveral = true }
      guard let index = next.write else { continue }
      if isUndecodable { group[index].keep(undecodable(group[index], .unknown)) }
      if !hadFailed, failure != nil { failedIndex = index }
    }
    try readSync(unit, &failure)
    guard let failure else { return nil }
    for next in sent { if let index = next.write { group[index].forgetFailure() } }
    return failedIndex.map { .failed($0, failure) }
      ?? (isOfSeveral ? .failedTogether(failure) : .failedAsAWhole)
  }
}
