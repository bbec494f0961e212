import CLibPQ
import DriverKit
import InstructorStore

extension PostgresConnection {
  /// Runs reads in one pipeline with one sync: one exchange, however many they are, and one statement for all the
  /// lookups of a kind.
  ///
  /// The server skips what follows a failed statement up to the sync; those run again by themselves, as does a read
  /// whose plan the server has dropped. Lookups that found no room in the answer to their statement share a further one. Reads
  /// have no effects, so an answer that came is good whatever happens next.
  func run(reads: [Request]) {
    guard let unit = reads.count == 1 ? reads.first : CallGroup<PostgresConnection>(reads) else { return }
    do throws(StoreError) {
      try PostgresStore.requireSchema(self, unit)
    } catch {
      for read in reads { read.keep(error) }
      return
    }
    var waiting = reads
    while !waiting.isEmpty {
      let left = pipeline(waiting, unit)
      for read in left.alone { runAlone(read) }
      waiting = left.together
    }
  }

  /// Reads that got no answer of their own although the connection is good.
  private struct Unanswered {
    /// To be run one by one.
    var alone: [Request] = []
    /// To share a pipeline again: fewer than there were.
    var together: [Request] = []
  }

  /// A statement that was sent, for a read or for several lookups of one kind.
  private struct Sent {
    let reads: [Request]
    let statement: Statement
    let group: LookupGroup?
    /// Whether a statement to prepare went before it.
    var isPreparing = false
  }

  private func pipeline(_ reads: [Request], _ unit: Call) -> Unanswered {
    var left = Unanswered()
    var sent: [Sent] = []
    var answered = 0
    var isStale = false
    do throws(ExchangeFailure) {
      sent = Self.statements(for: reads)
      if sent.isEmpty { return left }
      try send(&sent, unit)
      for next in sent {
        try receive(next, unit, &left, &isStale)
        answered += 1
      }
      var failure: ExchangeFailure?
      try readSync(unit, &failure)
      // By themselves its lookups would never find out that the shared statement has to be prepared again.
      if isStale { try forgetStatements(unit) }
      return left
    } catch {
      // Nothing more comes from this connection.
      for next in sent[answered...] { for read in next.reads { read.keep(error.error) } }
      for read in left.alone + left.together { read.keep(error.error) }
      return Unanswered()
    }
  }

  /// What to send for those reads that are still waited for: one statement for all lookups of a kind, where the first of
  /// them stands.
  private static func statements(for reads: [Request]) -> [Sent] {
    if reads.count == 1, let read = reads.first {
      return read.isAbandoned ? [] : [Sent(reads: reads, statement: read.request.statement, group: nil)]
    }
    // Most batches are lookups of one kind, and most of the others of a few.
    var kinds: [(place: Int, reads: [Request], lookups: [LookupRequest])] = []
    var sent: [Sent] = []
    for read in reads where !read.isAbandoned {
      let lookup = read.request as? LookupRequest
      if let lookup, let kind = kinds.firstIndex(where: { $0.lookups[0].many.number == lookup.many.number }) {
        kinds[kind].reads.append(read)
        kinds[kind].lookups.append(lookup)
        continue
      }
      if let lookup { kinds.append((sent.count, [read], [lookup])) }
      sent.append(Sent(reads: [read], statement: read.request.statement, group: nil))
    }
    for kind in kinds where kind.lookups.count > 1 {
      let group = LookupGroup(kind.lookups, like: kind.lookups[0])
      sent[kind.place] = Sent(reads: kind.reads, statement: group.statement, group: group)
    }
    return sent
  }

  private func send(_ sent: inout [Sent], _ unit: Call) throws(ExchangeFailure) {
    var preparing: [Int] = []
    for index in sent.indices {
      let statement = sent[index].statement
      sent[index].isPreparing = try sendPrepare(statement, &preparing, unit)
      parameters.reset()
      if let group = sent[index].group {
        group.bind(parameters)
      } else {
        sent[index].reads.first?.request.bind(parameters)
      }
      if !send(statement) { throw ExchangeFailure(error: lost(unit)) }
    }
    guard PQpipelineSync(pointer) == 1 else { throw ExchangeFailure(error: lost(unit)) }
  }

  /// Takes the answer of one statement.
  ///
  /// - Parameters:
  ///   - left: Gets what has to be run again.
  ///   - isStale: Set where the server has dropped a shared statement or its plan.
  private func receive(
    _ sent: Sent, _ unit: Call, _ left: inout Unanswered, _ isStale: inout Bool
  ) throws(ExchangeFailure) {
    var failure: ExchangeFailure?
    if sent.isPreparing {
      let isPrepared = try answer(unit, &failure) { _ in }
      if isPrepared { markPrepared(sent.statement) }
    }
    var isUndecodable = false
    var cutOff: [Int] = []
    let isGood = try answer(unit, &failure) { result in
      do throws(DecodingFailure) {
        if let group = sent.group {
          cutOff = try group.receive(result)
        } else {
          try sent.reads.first?.request.receive(result)
        }
      } catch {
        isUndecodable = true
      }
    }
    guard sent.group == nil, let read = sent.reads.first else {
      if failure?.isStalePlan ?? false { isStale = true }
      if isGood, !isUndecodable {
        left.together += cutOff.map { sent.reads[$0] }
      } else {
        left.alone += sent.reads
      }
      return
    }
    if isUndecodable {
      read.keep(undecodable(read, .notApplied))
    } else if let failure {
      if failure.isStalePlan || failure.error.code == .contended {
        left.alone.append(read)
      } else {
        read.keep(failure.error)
      }
    } else if !isGood {
      // Skipped, after another had failed.
      left.alone.append(read)
    }
  }

  private func runAlone(_ read: Request) {
    do throws(StoreError) {
      try retrying(read) { () throws(StoreError) in
        try exchange(read, [read.request.statement]) { _, parameters in
          read.request.bind(parameters)
        } receive: { (_, result: borrowing PostgresResult) throws(DecodingFailure) in
          try read.request.receive(result)
        }
      }
    } catch {
      read.keep(error)
    }
  }
}
