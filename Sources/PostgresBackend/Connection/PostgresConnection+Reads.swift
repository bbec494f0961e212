import CLibPQ
import DriverKit
import InstructorStore

extension PostgresConnection {
  /// Runs reads in one pipeline with one sync: one exchange, however many they are.
  ///
  /// The server skips what follows a failed statement up to the sync; those run again by themselves, as does a read
  /// whose plan the server has dropped. Reads have no effects, so an answer that came is good whatever happens next.
  func run(reads: [Request]) {
    guard let unit = reads.count == 1 ? reads.first : CallGroup<PostgresConnection>(reads) else { return }
    do throws(StoreError) {
      try PostgresStore.requireSchema(self, unit)
    } catch {
      for read in reads { read.keep(error) }
      return
    }
    for read in pipeline(reads, unit) { runAlone(read) }
  }

  /// A read that was sent, and whether a statement to prepare went before it.
  private struct Sent {
    let read: Request
    let isPreparing: Bool
  }

  /// Returns the reads that got no answer of their own although the connection is good.
  private func pipeline(_ reads: [Request], _ unit: Call) -> [Request] {
    var again: [Request] = []
    var sent: [Sent] = []
    sent.reserveCapacity(reads.count)
    var answered = 0
    do throws(ExchangeFailure) {
      try send(reads, &sent, unit)
      if sent.isEmpty { return [] }
      for next in sent {
        if try !receive(next, unit) { again.append(next.read) }
        answered += 1
      }
      var failure: ExchangeFailure?
      try readSync(unit, &failure)
      return again
    } catch {
      // Nothing more comes from this connection.
      for read in reads where sent.isEmpty { read.keep(error.error) }
      for next in sent[answered...] { next.read.keep(error.error) }
      for read in again { read.keep(error.error) }
      return []
    }
  }

  private func send(_ reads: [Request], _ sent: inout [Sent], _ unit: Call) throws(ExchangeFailure) {
    var preparing: [Int] = []
    for read in reads where !read.isAbandoned {
      let statement = read.request.statement
      sent.append(Sent(read: read, isPreparing: try sendPrepare(statement, &preparing, unit)))
      parameters.reset()
      read.request.bind(parameters)
      if !send(statement) { throw ExchangeFailure(error: lost(unit)) }
    }
    guard sent.isEmpty || PQpipelineSync(pointer) == 1 else { throw ExchangeFailure(error: lost(unit)) }
  }

  /// Takes one read's answer; `false` where it has to be run again.
  private func receive(_ sent: Sent, _ unit: Call) throws(ExchangeFailure) -> Bool {
    let read = sent.read
    var failure: ExchangeFailure?
    if sent.isPreparing {
      let isPrepared = try answer(unit, &failure) { _ in }
      if isPrepared { markPrepared(read.request.statement) }
    }
    var isUndecodable = false
    let isGood = try answer(unit, &failure) { result in
      do throws(DecodingFailure) { try read.request.receive(result) } catch { isUndecodable = true }
    }
    if isUndecodable {
      read.keep(
        read.context.error(.corruptData, "the server's answer is not of the form this store writes"))
    } else if let failure {
      if failure.isStalePlan || failure.error.code == .contended { return false }
      read.keep(failure.error)
    }
    return isGood || failure != nil
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
