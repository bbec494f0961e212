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

  private let load: BulkLoad
  private let model: PostgresDataModel
  private let indexes: [PostgresSchema.Index]
  private let dataTables: String
  private let parts: [LoadPart]
  let coordinator: LoadCoordinator
  /// Whether the tables were empty, so that a failure has to leave them empty again.
  let mustUndo = Atomic<Bool>(false)
  /// Whether there were rows before, so that those of a failed load stay beside them.
  let keepsRows = Atomic<Bool>(false)
  /// Of a load that can be gone on with.
  private let name: String?
  /// What an earlier try has loaded. Decided before the first phase opens.
  private let loaded = Mutex<[LoadProgress.Chunk: LoadPart.Totals]>([:])

  init(load: BulkLoad, model: PostgresDataModel, coordinator: LoadCoordinator) {
    self.load = load
    self.model = model
    indexes = PostgresSchema.indexes(model)
    dataTables = PostgresSchema.dataTables(model).joined(separator: ", ")
    name = load.resumeName(unit: Self.recordsPerChunk)
    parts = LoadPart.parts(of: load, model)
    self.coordinator = coordinator
  }

  // MARK: Leader and helpers

  func lead(_ connection: PostgresConnection, _ call: Call) throws(StoreError) -> BulkLoadResult {
    try setUp(connection, call)
    // The session's settings and lock go with it.
    defer { connection.markBroken() }
    let isFresh = try prepare(connection, call)
    reportEnd(of: .preparing)
    for rows in [LoadCoordinator.Phase.people, .reviews] {
      try phase(rows, units: chunks(in: rows).count) { () throws(StoreError) in
        try copyChunks(of: rows, connection, call)
      }
    }
    if isFresh { try buildIndexes(connection, call) }
    // So that the first plans know the tables.
    try connection.simple(call, "ANALYZE \(dataTables)")
    reportEnd(of: .statistics)
    try finish(connection, call)
    reportEnd(of: .finishing)
    let instructors = coordinator.totals(of: .instructors)
    return BulkLoadResult(
      instructors: instructors.records, assignments: instructors.assignments,
      reviewers: coordinator.totals(of: .reviewers).records,
      reviews: coordinator.totals(of: .reviews).records,
      ratings: coordinator.totals(of: .ratings).records)
  }

  func help(_ connection: PostgresConnection, _ call: Call) throws(StoreError) {
    try setUp(connection, call)
    defer { connection.markBroken() }
    for phase in LoadCoordinator.Phase.allCases {
      coordinator.waitForLeader()
      switch phase {
      case .people, .reviews: try copyChunks(of: phase, connection, call)
      case .indexes: try buildOpenIndexes(connection, call)
      }
    }
  }

  private func reportEnd(of phase: BulkLoadProgress.Phase) {
    load.onProgress?(BulkLoadProgress(phase: phase, done: 1, total: 1))
  }

  private func setUp(_ connection: PostgresConnection, _ call: Call) throws(StoreError) {
    try connection.simple(call, "SET statement_timeout = 0")
    try connection.simple(call, "SET maintenance_work_mem = '256MB'")
    try connection.simple(call, "SET \(PostgresSchema.loadingSetting) = 'on'")
  }

  /// Opens a phase, works on it and waits for the helpers, whatever happened.
  private func phase(
    _ phase: LoadCoordinator.Phase, units: Int, _ work: () throws(StoreError) -> Void
  ) throws(StoreError) {
    coordinator.open(phase, units: units)
    coordinator.releaseHelpers()
    do throws(StoreError) { try work() } catch { coordinator.fail(error) }
    try coordinator.close()
  }

  // MARK: Steps

  private static let lockKey = "hashtextextended('instructor-store load ' || current_schema(), 0)"

  private func prepare(_ connection: PostgresConnection, _ call: Call) throws(StoreError) -> Bool {
    // Only whoever holds the lock knows what the marker means: look at it afterwards.
    try PostgresStore.check(
      PostgresStore.state(connection, call), of: model, call.context, acceptsLoading: true)
    try takeLock(connection, call)
    let state = try PostgresStore.state(connection, call)
    return try connection.transaction(call) { () throws(StoreError) in
      // Before the tables are found empty: waits for writes under way and refuses those that come.
      for statement in PostgresSchema.refuseWrites(true, model) { try connection.simple(call, statement) }
      let goesOn = state.loading == .fresh ? try goOn(connection, call) : false
      if state.loading == .fresh, !goesOn { try connection.simple(call, "TRUNCATE \(dataTables)") }
      var wasEmpty = false
      try connection.text(call, isEmpty) { result in wasEmpty = (try? result.boolean(0, 0)) ?? false }
      let isFresh = goesOn || (wasEmpty && state.loading != .append)
      if !goesOn { try beginProgress(isFresh: isFresh, connection, call) }
      // The row that the last review of a course left behind must not stand in the way of a rating that is loaded.
      if isFresh {
        if !goesOn { try connection.simple(call, "TRUNCATE course_ratings") }
      } else if load.ratings.count > 0 {
        try connection.simple(call, "DELETE FROM course_ratings WHERE \(RatingRow.isZero)")
      }
      try connection.simple(call, "UPDATE schema_state SET loading = '\(isFresh ? "fresh" : "append")'")
      if isFresh {
        for index in indexes.reversed() {
          for statement in index.drop { try connection.simple(call, statement) }
        }
      }
      keepsRows.store(!isFresh, ordering: .releasing)
      mustUndo.store(true, ordering: .releasing)
      return isFresh
    }
  }

  /// Takes up what an earlier try of this load has loaded; `false` where there was none.
  private func goOn(_ connection: PostgresConnection, _ call: Call) throws(StoreError) -> Bool {
    guard let name, let interrupted = try LoadProgress.name(connection, call) else { return false }
    guard name == interrupted else { throw call.context.conflict(.interruptedLoad) }
    let chunks = try LoadProgress.chunks(connection, call)
    for (chunk, totals) in chunks { _ = coordinator.add(totals, to: chunk.source) }
    loaded.withLock { $0 = chunks }
    return true
  }

  private func beginProgress(
    isFresh: Bool, _ connection: PostgresConnection, _ call: Call
  ) throws(StoreError) {
    guard let name else { return try LoadProgress.remove(connection, call) }
    guard isFresh else { throw call.context.invalid("only a load into an empty store can be gone on with") }
    try LoadProgress.begin(name, connection, call)
  }

  /// A rating of zero is none.
  private var isEmpty: String {
    let conditions = PostgresSchema.dataTables(model).map { table in
      "NOT EXISTS (SELECT FROM \(table)\(table == "course_ratings" ? " WHERE NOT (\(RatingRow.isZero))" : ""))"
    }
    return "SELECT " + conditions.joined(separator: " AND ")
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

  private struct Chunk {
    var part: LoadPart
    var range: Range<Int>
  }

  private func chunks(in phase: LoadCoordinator.Phase) -> [Chunk] {
    let sources: [LoadSource] =
      switch phase {
      case .people: [.instructors, .reviewers]
      case .reviews: [.reviews, .ratings]
      case .indexes: []
      }
    let loaded = loaded.withLock { $0 }
    return sources.flatMap { source in
      let part = parts[source.rawValue]
      return stride(from: 0, to: part.count, by: Self.recordsPerChunk)
        .filter { loaded[LoadProgress.Chunk(source: source, first: $0)] == nil }
        .map { Chunk(part: part, range: $0..<min(part.count, $0 + Self.recordsPerChunk)) }
    }
  }

  private func copyChunks(
    of phase: LoadCoordinator.Phase, _ connection: PostgresConnection, _ call: Call
  ) throws(StoreError) {
    let chunks = chunks(in: phase)
    let buffers = [CopyBuffer(), CopyBuffer()]
    try connection.withoutPipeline(call) { () throws(StoreError) in
      try coordinator.work(in: phase) { (number) throws(StoreError) in
        if call.isAbandoned { throw call.context.error(.cancelled, "the task was cancelled") }
        let (part, range) = (chunks[number].part, chunks[number].range)
        let totals = try part.encode(range, call.context, Array(buffers.prefix(part.commands.count)))
        // The last transaction of the load makes this one durable too.
        try connection.plain(call, "BEGIN; SET LOCAL synchronous_commit = off")
        for (command, buffer) in zip(part.commands, buffers) {
          try connection.copy(call, command, buffer.bytes)
        }
        let note = name.map { _ in
          LoadProgress.note(LoadProgress.Chunk(source: part.source, first: range.lowerBound), totals) + "; "
        }
        try connection.plain(call, (note ?? "") + "COMMIT")
        let done = coordinator.add(totals, to: part.source)
        load.onProgress?(BulkLoadProgress(phase: part.source.phase, done: done, total: load.recordCount))
      }
    }
  }

  /// Builds the indexes side by side, then makes constraints of them.
  private func buildIndexes(_ connection: PostgresConnection, _ call: Call) throws(StoreError) {
    try phase(.indexes, units: builds.count) { () throws(StoreError) in
      try buildOpenIndexes(connection, call)
    }
    load.onProgress?(BulkLoadProgress(phase: .indexes, done: builds.count, total: builds.count))
    let attachments = indexes.compactMap(\.attach)
    for (number, attach) in attachments.enumerated() {
      try connection.simple(call, attach)
      load.onProgress?(BulkLoadProgress(phase: .constraints, done: number + 1, total: attachments.count))
    }
  }

  private var builds: [String] { indexes.compactMap(\.build) }

  private func buildOpenIndexes(_ connection: PostgresConnection, _ call: Call) throws(StoreError) {
    try coordinator.work(in: .indexes) { (number) throws(StoreError) in
      load.onProgress?(BulkLoadProgress(phase: .indexes, done: number, total: builds.count))
      try connection.simple(call, builds[number])
    }
  }

  private func finish(_ connection: PostgresConnection, _ call: Call) throws(StoreError) {
    try connection.transaction(call) { () throws(StoreError) in
      for source in LoadSource.allCases {
        guard let kind = source.kind else { continue }
        let next = coordinator.totals(of: source).largestID + 1
        try connection.simple(
          call,
          "UPDATE id_allocator SET next_id = greatest(next_id, \(next)) WHERE entity = '\(kind.rawValue)'")
      }
      try LoadProgress.remove(connection, call)
      try allowWrites(connection, call)
    }
    mustUndo.store(false, ordering: .releasing)
  }

  /// Ends a failed load: empty tables with their indexes where they were empty before, and no marker.
  func undo(_ connection: PostgresConnection, _ call: Call) throws(StoreError) {
    try connection.transaction(call) { () throws(StoreError) in
      // The leader's session may still be on its way out.
      try connection.simple(call, "SELECT pg_advisory_xact_lock(\(Self.lockKey))")
      if try PostgresStore.state(connection, call).loading == .fresh {
        try connection.simple(call, "TRUNCATE \(dataTables)")
        for index in indexes.reversed() {
          for statement in index.drop { try connection.simple(call, statement) }
        }
        for index in indexes {
          for statement in index.create { try connection.simple(call, statement) }
        }
      }
      try LoadProgress.remove(connection, call)
      try allowWrites(connection, call)
    }
  }

  private func allowWrites(_ connection: PostgresConnection, _ call: Call) throws(StoreError) {
    for statement in PostgresSchema.refuseWrites(false, model) { try connection.simple(call, statement) }
    try connection.simple(call, "UPDATE schema_state SET loading = 'no'")
  }
}
