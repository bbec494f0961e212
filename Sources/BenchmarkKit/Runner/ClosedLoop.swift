import InstructorStore

/// The closed loop: each of N tasks makes a call, waits for its answer, and makes the next one.
///
/// What is timed is the response time of a call as its caller sees it. The loop's own cost (choosing the
/// operation, its hash, two clock readings, the histogram) is below a microsecond per operation and part of
/// the throughput of every arm alike; `--backend memory` shows it. Answers that are to be compared are only put aside
/// while it runs. A closed loop sends less while the backend
/// is slow, so its tails say nothing about a load that keeps arriving.
enum ClosedLoop {
  static func run<W: Workload, C: MonotonicClock>(
    _ workload: W, _ request: SliceRequest, on store: any StorageBackend, clock: C
  ) async -> SliceResult {
    let cursor = TraceCursor(request.operations)
    let start = clock.nanoseconds()
    let stop = request.stopsAfter.map { start &+ UInt64(max(0, $0.nanoseconds)) } ?? .max
    let every = request.keepsEvery.map { UInt64(max(1, $0)) } ?? 0
    let reports = await withTaskGroup(of: WorkerReport<W.Answer>.self) { group in
      for _ in 0..<max(1, request.concurrency) {
        group.addTask {
          guard request.splitsTimes else {
            return await work(
              workload, cursor, until: stop, keepingEvery: every, on: store, clock: clock, stamps: nil)
          }
          let stamps = CallStamps()
          return await CallStamps.$current.withValue(stamps) {
            await work(
              workload, cursor, until: stop, keepingEvery: every, on: store, clock: clock, stamps: stamps)
          }
        }
      }
      var reports: [WorkerReport<W.Answer>] = []
      for await report in group { reports.append(report) }
      return reports
    }
    return merge(reports, request, start: start)
  }

  /// The hash that executing the operation adds to the trace hash.
  static func hash(of operation: some TraceOperation, index: Int) -> UInt64 {
    var digest = TraceDigest()
    digest.add(index)
    operation.add(to: &digest)
    return digest.value
  }

  private struct WorkerReport<Answer: CanonicalAnswer>: Sendable {
    var taken = 0
    var succeeded = 0
    var failures: [String: Int] = [:]
    var dropped = 0
    var latency = LatencyHistogram()
    var parts: CallParts?
    var traceHash: UInt64 = 0
    var kept: [(index: Int, answer: Result<Answer, StoreError>)] = []
    var end: UInt64 = 0
    var fatal: StoreError?
  }

  /// A backend that is gone fails thousands of calls a second: after so many in a row a task gives up.
  private static let fatalFailuresInARow = 3

  /// Calls of an in-process backend never wait, so its tasks would keep the pool's threads for themselves.
  private static let callsBetweenYields = 256

  private static func work<W: Workload, C: MonotonicClock>(
    _ workload: W, _ cursor: TraceCursor, until stop: UInt64, keepingEvery every: UInt64,
    on store: any StorageBackend, clock: C, stamps: CallStamps?
  ) async -> WorkerReport<W.Answer> {
    var report = WorkerReport<W.Answer>()
    if stamps != nil { report.parts = CallParts() }
    var fatalInARow = 0
    while !Task.isCancelled {
      // Every task makes one call at least: a busy machine may take longer than the slice to start it.
      if stop != .max, report.taken > 0, clock.nanoseconds() >= stop { break }
      guard let index = cursor.take() else { break }
      report.taken += 1
      if report.taken % callsBetweenYields == 0 { await Task.yield() }
      let operation = workload.operation(index)
      let hash = hash(of: operation, index: index)
      let isKept = every > 0 && hash % every == 0
      stamps?.reset()
      let sent = clock.nanoseconds()
      do throws(StoreError) {
        let answer = try await workload.execute(operation, on: store)
        let received = clock.nanoseconds()
        report.latency.record(nanoseconds: received &- sent)
        if let stamps {
          report.parts?.record(called: sent, exchange: stamps.exchange, delivered: received)
        }
        if isKept { report.kept.append((index, .success(answer))) }
        report.succeeded += 1
        report.traceHash &+= hash
        fatalInARow = 0
      } catch {
        if error.code == .cancelled, Task.isCancelled {
          report.dropped += 1
          break
        }
        report.failures[error.code.description, default: 0] += 1
        if isKept { report.kept.append((index, .failure(error))) }
        report.traceHash &+= hash
        fatalInARow = isFatal(error.code) ? fatalInARow + 1 : 0
        if fatalInARow >= fatalFailuresInARow {
          report.fatal = error
          cursor.exhaust()
          break
        }
      }
    }
    report.end = clock.nanoseconds()
    return report
  }

  private static func isFatal(_ code: StoreError.Code) -> Bool {
    switch code {
    case .unreachable, .authenticationFailed, .schemaMismatch, .closed, .readOnly, .timeout: true
    default: false
    }
  }

  private static func merge<Answer>(
    _ reports: [WorkerReport<Answer>], _ request: SliceRequest, start: UInt64
  ) -> SliceResult {
    var result = SliceResult()
    var taken = 0
    var end = start
    for report in reports {
      taken += report.taken
      result.ledger.succeeded += report.succeeded
      result.ledger.failures.merge(report.failures, uniquingKeysWith: +)
      result.ledger.dropped += report.dropped
      result.latency.add(report.latency)
      result.parts = CallParts.merged(result.parts, report.parts)
      result.traceHash &+= report.traceHash
      result.keptAnswers += report.kept.compactMap { index, answer -> KeptAnswer? in
        switch answer {
        case .success(let answer): KeptAnswer(index: index, answer: answer)
        case .failure(let error): KeptAnswer(index: index, error: error)
        }
      }
      end = max(end, report.end)
      if result.fatal == nil { result.fatal = report.fatal }
    }
    result.elapsedNanoseconds = end &- start
    if request.stopsAfter == nil {
      result.ledger.scheduled = request.operations.count
      result.ledger.dropped += request.operations.count - taken
    } else {
      result.ledger.scheduled = taken
    }
    let first = request.operations.lowerBound
    result.touched = first..<first + taken
    return result
  }
}

extension Duration {
  /// Whole nanoseconds; durations here are at most days.
  var nanoseconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds &* 1_000_000_000 &+ attoseconds / 1_000_000_000
  }

  /// Seconds as a fraction.
  package var seconds: Double { Double(nanoseconds) / 1e9 }
}
