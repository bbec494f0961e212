import DriverKit
import InstructorStore
import Synchronization

/// The steps of one bulk load, run on driver threads.
///
/// A session lock says that somebody loads, and a marker in `schema_state` that a load was begun: a marker whose
/// lock nobody holds was left by a crash, and the next load takes over.
final class PostgresLoader: Sendable {
  typealias Call = PostgresConnection.Call

  private static let recordsPerChunk = 10_000
  private static let lockAttempts = 50
  private static let lockPauseMilliseconds = 100.0

  let load: BulkLoad
  let coordinator: LoadCoordinator
  /// Whether the tables were empty, so that a failure has to leave them empty again.
  let mustUndo = Atomic<Bool>(false)

  init(load: BulkLoad, coordinator: LoadCoordinator) {
    self.load = load
    self.coordinator = coordinator
  }

  // MARK: Leader and helpers

  func lead(_ connection: PostgresConnection, _ call: Call) throws(StoreError) -> BulkLoadResult {
    try setUp(connection, call)
    // The session's settings and lock go with it.
    defer { connection.markBroken() }
    let isFresh = try prepare(connection, call)
    let chunks = (load.instructors.count + Self.recordsPerChunk - 1) / Self.recordsPerChunk
    coordinator.open(.rows, units: chunks)
    coordinator.releaseHelpers()
    try phase { () throws(StoreError) in try copyChunks(connection, call) }
    let totals = coordinator.totals
    if isFresh { try buildIndexes(connection, call) }
    try finish(connection, call, totals)
    return BulkLoadResult(instructors: totals.records, assignments: totals.assignments)
  }

  func help(_ connection: PostgresConnection, _ call: Call) throws(StoreError) {
    try setUp(connection, call)
    defer { connection.markBroken() }
    coordinator.waitForLeader()
    try copyChunks(connection, call)
    coordinator.waitForLeader()
    try buildOpenIndexes(connection, call)
  }

  private func setUp(_ connection: PostgresConnection, _ call: Call) throws(StoreError) {
    try connection.simple(call, "SET statement_timeout = 0")
    try connection.simple(call, "SET maintenance_work_mem = '256MB'")
    try connection.simple(call, "SET \(PostgresSchema.loadingSetting) = 'on'")
  }

  /// Works on the open phase, then waits for the helpers whatever happened.
  private func phase(_ work: () throws(StoreError) -> Void) throws(StoreError) {
    do throws(StoreError) { try work() } catch { coordinator.fail(error) }
    try coordinator.close()
  }

  // MARK: Steps

  private static let lockKey = "hashtextextended('instructor-store load ' || current_schema(), 0)"

  private func prepare(_ connection: PostgresConnection, _ call: Call) throws(StoreError) -> Bool {
    // Only whoever holds the lock knows what the marker means: look at it afterwards.
    try PostgresStore.check(PostgresStore.state(connection, call), call.context, acceptsLoading: true)
    try takeLock(connection, call)
    let state = try PostgresStore.state(connection, call)
    return try connection.transaction(call) { () throws(StoreError) in
      // Before the tables are found empty: waits for writes under way and refuses those that come.
      for statement in PostgresSchema.refuseWrites(true) { try connection.simple(call, statement) }
      if state.loading == .fresh { try connection.simple(call, "TRUNCATE instructors, course_instructors") }
      var isEmpty = false
      try connection.text(
        call,
        "SELECT NOT EXISTS (SELECT FROM instructors) AND NOT EXISTS (SELECT FROM course_instructors)"
      ) { result in isEmpty = (try? result.boolean(0, 0)) ?? false }
      let isFresh = isEmpty && state.loading != .append
      try connection.simple(call, "UPDATE schema_state SET loading = '\(isFresh ? "fresh" : "append")'")
      if isFresh {
        for index in PostgresSchema.indexes.reversed() {
          for statement in index.drop { try connection.simple(call, statement) }
        }
      }
      mustUndo.store(true, ordering: .releasing)
      return isFresh
    }
  }

  /// Takes the session lock of loads. The session of a load that was ended may hold it for a moment longer, so it is
  /// tried for some seconds.
  private func takeLock(_ connection: PostgresConnection, _ call: Call) throws(StoreError) {
    for attempt in 0..<Self.lockAttempts {
      if attempt > 0 { connection.signal.wait(milliseconds: Self.lockPauseMilliseconds) }
      var isLocked = false
      try connection.text(call, "SELECT pg_try_advisory_lock(\(Self.lockKey))") { result in
        isLocked = (try? result.boolean(0, 0)) ?? false
      }
      if isLocked { return }
    }
    throw call.context.error(.schemaMismatch, "another bulk load is under way")
  }

  private func copyChunks(_ connection: PostgresConnection, _ call: Call) throws(StoreError) {
    let instructors = CopyBuffer()
    let courses = CopyBuffer()
    let total = load.instructors.count
    try connection.withoutPipeline(call) { () throws(StoreError) in
      try coordinator.work(in: .rows) { (chunk) throws(StoreError) in
        if call.isAbandoned { throw call.context.error(.cancelled, "the task was cancelled") }
        let start = chunk * Self.recordsPerChunk
        let part = try encode(start..<min(total, start + Self.recordsPerChunk), call.context, instructors, courses)
        try connection.plain(call, "BEGIN")
        try connection.copy(call, CopyBuffer.instructorsCommand, instructors.bytes)
        try connection.copy(call, CopyBuffer.coursesCommand, courses.bytes)
        try connection.plain(call, "COMMIT")
        let sum = coordinator.add(part)
        load.onProgress?(BulkLoadProgress(phase: .rows, done: sum.records, total: total))
      }
    }
  }

  private func encode(
    _ range: Range<Int>, _ context: CallContext, _ instructors: CopyBuffer, _ courses: CopyBuffer
  ) throws(StoreError) -> LoadCoordinator.Totals {
    let validation = Validation(context)
    var totals = LoadCoordinator.Totals()
    instructors.begin()
    courses.begin()
    for (index, record) in zip(range, load.instructors.records(range)) {
      guard let id = record.id else { throw context.invalid("a record has no id").at(index: index) }
      do throws(StoreError) { try validation.instructor(record) } catch { throw error.at(index: index) }
      instructors.appendInstructor(record, id)
      courses.appendCourses(record, id)
      totals.records += 1
      totals.assignments += record.courses.count
      totals.largestID = max(totals.largestID, id.rawValue)
    }
    guard totals.records == range.count else {
      throw context.invalid("the source gave \(totals.records) records where \(range.count) were asked for")
    }
    instructors.end()
    courses.end()
    return totals
  }

  /// Builds the indexes side by side, then makes constraints of them.
  private func buildIndexes(_ connection: PostgresConnection, _ call: Call) throws(StoreError) {
    coordinator.open(.indexes, units: Self.builds.count)
    coordinator.releaseHelpers()
    try phase { () throws(StoreError) in try buildOpenIndexes(connection, call) }
    for index in PostgresSchema.indexes {
      if let attach = index.attach { try connection.simple(call, attach) }
    }
    load.onProgress?(BulkLoadProgress(phase: .indexes, done: Self.builds.count, total: Self.builds.count))
  }

  private static let builds = PostgresSchema.indexes.compactMap(\.build)

  private func buildOpenIndexes(_ connection: PostgresConnection, _ call: Call) throws(StoreError) {
    try coordinator.work(in: .indexes) { (number) throws(StoreError) in
      load.onProgress?(BulkLoadProgress(phase: .indexes, done: number, total: Self.builds.count))
      try connection.simple(call, Self.builds[number])
    }
  }

  private func finish(
    _ connection: PostgresConnection, _ call: Call, _ totals: LoadCoordinator.Totals
  ) throws(StoreError) {
    // So that the first plans know the tables.
    try connection.simple(call, "ANALYZE instructors, course_instructors")
    try connection.transaction(call) { () throws(StoreError) in
      try connection.simple(
        call,
        "UPDATE id_allocator SET next_id = greatest(next_id, \(totals.largestID + 1)) WHERE entity = 'instructor'")
      try Self.allowWrites(connection, call)
    }
    mustUndo.store(false, ordering: .releasing)
  }

  /// Ends a failed load: empty tables with their indexes where they were empty before, and no marker.
  func undo(_ connection: PostgresConnection, _ call: Call) throws(StoreError) {
    try connection.transaction(call) { () throws(StoreError) in
      // The leader's session may still be on its way out.
      try connection.simple(call, "SELECT pg_advisory_xact_lock(\(Self.lockKey))")
      if try PostgresStore.state(connection, call).loading == .fresh {
        try connection.simple(call, "TRUNCATE instructors, course_instructors")
        for index in PostgresSchema.indexes.reversed() {
          for statement in index.drop { try connection.simple(call, statement) }
        }
        for index in PostgresSchema.indexes {
          for statement in index.create { try connection.simple(call, statement) }
        }
      }
      try Self.allowWrites(connection, call)
    }
  }

  private static func allowWrites(_ connection: PostgresConnection, _ call: Call) throws(StoreError) {
    for statement in PostgresSchema.refuseWrites(false) { try connection.simple(call, statement) }
    try connection.simple(call, "UPDATE schema_state SET loading = 'no'")
  }
}
