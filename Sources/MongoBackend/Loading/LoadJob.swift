import DriverKit
import InstructorStore
import Synchronization

/// A bulk load, shared by the driver threads that work on it: rows first, source after source, then the indexes.
final class LoadJob: Sendable {
  /// Records asked for and sent at a time.
  private static let recordsPerBatch = 2_000
  /// How long a thread without work sleeps before it looks again: at the end of a source, where another still inserts.
  private static let pauseMilliseconds = 2.0

  /// The most threads that work on a load.
  static let mostThreads = 64
  /// Of the batches that a load which is gone on with has not noted, so many may be there in part or in whole: each of its
  /// threads may have had one under way, and those were the first.
  private static let doubtfulBatches = mostThreads

  let context: CallContext
  let load: BulkLoad
  /// Of a load that can be gone on with.
  let name: String?
  /// Who it is that loads, in the marker.
  let holder = "\(UInt64.random(in: 1...UInt64.max))"
  private let sources: [LoadSource]
  private let isStopped = Atomic<Bool>(false)

  private struct Progress {
    /// The source whose records are inserted, and the first of them that nobody has taken.
    var source = 0
    var nextRecord = 0
    var nextIndex = 0
    /// Batches, or indexes, that somebody works on.
    var underWay = 0
    var recordsDone = 0
    /// By source: the first records of the batches that an earlier try has loaded.
    var loaded: [Set<Int>] = []
    var doubtful = 0
    var indexesDone = 0
    var indexes: [LoadIndexes]?
    var failure: StoreError?
    var helpers = 0
    var mayEnter = true
  }
  private let progress = Mutex(Progress())
  private let everybodyLeft = WakeSignal()

  init(_ load: BulkLoad, _ context: CallContext) {
    self.load = load
    self.context = context
    name = load.resumeName(unit: Self.recordsPerBatch)
    let reviewers = LoadedReviewers()
    sources = [
      LoadSource(instructors: load.instructors), LoadSource(reviewers: load.reviewers, notedIn: reviewers),
      LoadSource(reviews: load.reviews, of: reviewers), LoadSource(ratings: load.ratings),
    ]
  }

  var failure: StoreError? { progress.withLock { $0.failure } }

  var result: BulkLoadResult {
    BulkLoadResult(
      instructors: load.instructors.count,
      assignments: sources[0].totals.assignments, reviewers: load.reviewers.count,
      reviews: load.reviews.count, ratings: load.ratings.count)
  }

  /// The largest ids loaded.
  var largest: [(EntityKind, Int64)] {
    sources.compactMap { source in source.kind.map { ($0, source.totals.largestID) } }
  }

  /// Ends the load before the next batch. The first reason counts.
  func stop(_ reason: StoreError) {
    progress.withLock { $0.failure = $0.failure ?? reason }
    isStopped.store(true, ordering: .releasing)
  }

  /// Takes up what an earlier try has loaded. Before anybody works on it.
  func goOn(from batches: [LoadedBatch]) {
    progress.withLock { progress in
      progress.loaded = Array(repeating: [], count: sources.count)
      progress.doubtful = Self.doubtfulBatches
      for batch in batches where sources.indices.contains(batch.source) {
        sources[batch.source].add(batch.totals)
        progress.loaded[batch.source].insert(batch.first)
        progress.recordsDone += batch.records
      }
    }
  }

  func report(_ phase: BulkLoadProgress.Phase, done: Int, total: Int) {
    load.onProgress?(BulkLoadProgress(phase: phase, done: done, total: total))
  }

  // MARK: Helpers

  /// Works on rows and indexes until there are no more. For a thread that came to help.
  func help(_ connection: MongoConnection, _ call: MongoCall) {
    let mayEnter = progress.withLock { progress in
      if progress.mayEnter { progress.helpers += 1 }
      return progress.mayEnter
    }
    guard mayEnter else { return }
    insertRows(connection, call) {}
    buildIndexes(connection, call)
    let isLast = progress.withLock { progress in
      progress.helpers -= 1
      return progress.helpers == 0
    }
    if isLast { everybodyLeft.raise() }
  }

  /// Waits until nobody works on it any more. Blocks; for a driver thread.
  func waitForHelpers() {
    while progress.withLock({ progress in
      progress.mayEnter = false
      return progress.helpers > 0
    }) {
      everybodyLeft.wait(milliseconds: 100)
    }
  }

  // MARK: Rows

  private enum Work {
    case batch(source: Int, Range<Int>, isDoubtful: Bool)
    /// The last batches of a source are under way; the next must not begin before: reviews need their reviewers.
    case wait
    case none
  }

  private func nextBatch() -> Work {
    progress.withLock { progress in
      while progress.source < sources.count {
        let count = sources[progress.source].count
        while progress.nextRecord < count {
          let first = progress.nextRecord
          progress.nextRecord = min(first + Self.recordsPerBatch, count)
          if !progress.loaded.isEmpty, progress.loaded[progress.source].contains(first) { continue }
          progress.underWay += 1
          progress.doubtful -= 1
          return .batch(
            source: progress.source, first..<progress.nextRecord, isDoubtful: progress.doubtful >= 0)
        }
        if progress.underWay > 0 { return .wait }
        progress.source += 1
        progress.nextRecord = 0
      }
      return .none
    }
  }

  /// Inserts batch after batch, as long as there are records and nothing went wrong anywhere.
  ///
  /// - Parameter betweenBatches: Called before every batch.
  func insertRows(_ connection: MongoConnection, _ call: MongoCall, _ betweenBatches: () -> Void) {
    while !isStopped.load(ordering: .acquiring) {
      betweenBatches()
      switch nextBatch() {
      case .none: return
      case .wait: pause(connection)
      case .batch(let source, let range, let isDoubtful):
        do throws(StoreError) {
          let totals = try sources[source].insert(range, isDoubtful: isDoubtful, connection, call)
          if name != nil {
            try LoadedBatch(source: source, first: range.lowerBound, records: range.count, totals: totals)
              .note(connection, call)
          }
        } catch {
          stop(error)
        }
        let done = progress.withLock { progress in
          progress.underWay -= 1
          progress.recordsDone += range.count
          return progress.recordsDone
        }
        report(BulkLoadProgress.Phase.ofRecords[source], done: done, total: load.recordCount)
      }
    }
  }

  private func pause(_ connection: MongoConnection) {
    connection.signal.wait(milliseconds: Self.pauseMilliseconds)
    connection.signal.clear()
  }

  // MARK: Indexes

  /// Whether it has come to the indexes.
  var isBuildingIndexes: Bool { progress.withLock { $0.indexes != nil } }

  /// Lets everybody build these.
  func openIndexes(_ indexes: [LoadIndexes]) {
    progress.withLock { $0.indexes = indexes }
    report(.indexes, done: 0, total: indexes.reduce(0) { $0 + $1.indexes.count })
  }

  private enum IndexWork {
    case build(LoadIndexes)
    case wait
    case none
  }

  private func nextIndexes() -> IndexWork {
    progress.withLock { progress in
      guard let indexes = progress.indexes else { return .wait }
      guard progress.nextIndex < indexes.count else { return progress.underWay > 0 ? .wait : .none }
      progress.underWay += 1
      defer { progress.nextIndex += 1 }
      return .build(indexes[progress.nextIndex])
    }
  }

  /// Builds indexes until all are there, or something went wrong anywhere.
  func buildIndexes(_ connection: MongoConnection, _ call: MongoCall) {
    while !isStopped.load(ordering: .acquiring) {
      switch nextIndexes() {
      case .none: return
      case .wait: pause(connection)
      case .build(let work):
        do throws(StoreError) { try work.build(connection, call) } catch { stop(error) }
        let (done, total) = progress.withLock { progress in
          progress.underWay -= 1
          progress.indexesDone += work.indexes.count
          return (progress.indexesDone, progress.indexes?.reduce(0) { $0 + $1.indexes.count } ?? 0)
        }
        report(.indexes, done: done, total: total)
      }
    }
  }
}
