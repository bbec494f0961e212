import DriverKit
import InstructorStore
import Synchronization

/// The rows of a bulk load, shared by the driver threads that insert them.
final class LoadJob: Sendable {
  /// Records asked for and sent at a time.
  private static let recordsPerBatch = 2_000
  /// The most bytes of one insert command; the server takes 16 MiB.
  private static let bytesPerCommand = 8 << 20
  /// How long the server may take for one batch.
  private static let batchTimeout = Duration.seconds(120)

  let context: CallContext
  private let load: BulkLoad
  private let nextRecord = Atomic<Int>(0)
  private let assignments = Atomic<Int>(0)
  private let largestID = Atomic<Int64>(0)
  private let isStopped = Atomic<Bool>(false)

  private struct Helpers {
    var active = 0
    var mayEnter = true
    var failure: StoreError?
    var recordsDone = 0
  }
  private let helpers = Mutex(Helpers())
  private let everybodyLeft = WakeSignal()

  init(_ load: BulkLoad, _ context: CallContext) {
    self.load = load
    self.context = context
  }

  var failure: StoreError? { helpers.withLock { $0.failure } }
  var result: BulkLoadResult {
    BulkLoadResult(
      instructors: helpers.withLock { $0.recordsDone }, assignments: assignments.load(ordering: .acquiring))
  }
  var largest: Int64 { largestID.load(ordering: .acquiring) }

  /// Ends the load before the next batch. The first reason counts.
  func stop(_ reason: StoreError) {
    helpers.withLock { $0.failure = $0.failure ?? reason }
    isStopped.store(true, ordering: .releasing)
  }

  func report(_ phase: BulkLoadProgress.Phase, done: Int, total: Int) {
    load.onProgress?(BulkLoadProgress(phase: phase, done: done, total: total))
  }

  /// Inserts batches until there are no more. For a thread that came to help.
  func help(_ connection: MongoConnection, _ call: MongoCall) {
    let mayEnter = helpers.withLock { helpers in
      if helpers.mayEnter { helpers.active += 1 }
      return helpers.mayEnter
    }
    guard mayEnter else { return }
    insertBatches(connection, call) {}
    let isLast = helpers.withLock { helpers in
      helpers.active -= 1
      return helpers.active == 0
    }
    if isLast { everybodyLeft.raise() }
  }

  /// Waits until nobody inserts any more. Blocks; for a driver thread.
  func waitForHelpers() {
    while helpers.withLock({ helpers in
      helpers.mayEnter = false
      return helpers.active > 0
    }) {
      everybodyLeft.wait(milliseconds: 100)
    }
  }

  /// Inserts batch after batch, as long as there are records and nothing went wrong anywhere.
  ///
  /// - Parameter betweenBatches: Called before every batch.
  func insertBatches(_ connection: MongoConnection, _ call: MongoCall, _ betweenBatches: () -> Void) {
    let count = load.instructors.count
    while !isStopped.load(ordering: .acquiring) {
      betweenBatches()
      let start = nextRecord.wrappingAdd(Self.recordsPerBatch, ordering: .relaxed).oldValue
      guard start < count, !isStopped.load(ordering: .acquiring) else { return }
      let range = start..<min(start + Self.recordsPerBatch, count)
      do throws(StoreError) {
        try insert(range, connection, call)
      } catch {
        return stop(error)
      }
      let done = helpers.withLock { helpers in
        helpers.recordsDone += range.count
        return helpers.recordsDone
      }
      report(.rows, done: done, total: count)
    }
  }

  private func insert(_ range: Range<Int>, _ connection: MongoConnection, _ call: MongoCall)
    throws(StoreError)
  {
    let records = load.instructors.records(range)
    guard records.count == range.count else {
      throw context.invalid("the source made \(records.count) records where \(range.count) were asked for")
    }
    let validation = Validation(context)
    var instructors: [Instructor] = []
    instructors.reserveCapacity(records.count)
    for (offset, record) in records.enumerated() {
      do throws(StoreError) { try validation.instructor(record) } catch {
        throw error.at(index: range.lowerBound + offset)
      }
      guard let id = record.id else {
        throw context.invalid("a record of a bulk load needs an id").at(index: range.lowerBound + offset)
      }
      instructors.append(Instructor(record, id: id))
    }
    var next = 0
    while next < instructors.count {
      let first = next
      do throws(CommandFailure) {
        next = try insert(instructors, from: first, connection, call)
      } catch {
        var failure = error.storeError(context, .write)
        if error.isDuplicateKey {
          failure = context.conflict(error.duplicate ?? .instructorID)
          if let index = error.index { failure.index = range.lowerBound + first + index }
        }
        throw failure
      }
    }
    for instructor in instructors { largestID.max(instructor.id.rawValue, ordering: .relaxed) }
    assignments.add(instructors.reduce(0) { $0 + $1.courses.count }, ordering: .relaxed)
  }

  /// Sends one insert of as many instructors as fit, and returns the number of the next.
  private func insert(
    _ instructors: [Instructor], from first: Int, _ connection: MongoConnection, _ call: MongoCall
  ) throws(CommandFailure) -> Int {
    var next = first
    _ = try connection.write(.loadWrite, call, deadline: .after(Self.batchTimeout), isShielded: true) {
      writer in
      writer.append("insert", Collections.instructors)
      // All documents are tried, so that no time is lost on a duplicate that ends the load anyway.
      writer.append("ordered", false)
      // Checked above by the same limits.
      writer.append("bypassDocumentValidation", true)
      writer.array("documents") { writer in
        while next < instructors.count, writer.count < Self.bytesPerCommand {
          writer.document(at: next - first) { $0.appendInstructor(instructors[next]) }
          next += 1
        }
      }
    }
    return next
  }
}
