import BenchmarkKit
import InstructorStore
import PostgresBackend

extension PostgresTarget {
  func explainer(_ options: TargetOptions) async throws -> (any OperationExplainer)? {
    ExplainedPostgres(
      explainer: try await PostgresExplainer.open(configuredURL(options), options: storeOptions(options)))
  }

  func counters() async throws -> ServerCounters? {
    try await maintenance.awaitQuiet()
    let found = try await maintenance.counters()
    var counters = ServerCounters()
    counters.logBytes = found["wal_bytes"].map(Double.init)
    counters.logRecords = found["wal_records"].map(Double.init)
    counters.logSyncs = found["wal_sync"].map(Double.init)
    counters.pageImages = found["wal_fpi"].map(Double.init)
    counters.transactions = found["xact_commit"].map(Double.init)
    counters.pagesRead = found["blks_read"].map(Double.init)
    counters.logPosition = found["wal_position"].map(Int.init)
    return counters
  }

  func pageImageBytes(from before: ServerCounters, to after: ServerCounters) async throws -> PageImageBytes? {
    guard let first = before.logPosition, let last = after.logPosition, let pages = before.pageImages,
      let pagesAfter = after.pageImages, let log = before.logBytes, let logAfter = after.logBytes
    else { return nil }
    if let bytes = try await maintenance.imageBytes(from: Int64(first), to: Int64(last)) {
      return PageImageBytes(bytes: Int(bytes), isEstimate: false)
    }
    return PageImageBytes(
      bytes: Int(min((pagesAfter - pages) * Self.usualPageBytes, logAfter - log)), isEstimate: true)
  }

  /// Of a server that wasn't built for another size.
  private static let usualPageBytes = 8_192.0

  func writtenBytes() async throws -> Int? { try await maintenance.writtenBytes().map(Int.init) }

  func openConnections() async throws -> Int? { try await maintenance.openSessions() }

  func sizes(countingRows: Bool) async throws -> [StorageSize] {
    // The tables for the store's own affairs are of no size and say nothing.
    let own: Set = ["schema_state", "id_allocator"]
    return try await maintenance.sizes(countingRows: countingRows).filter { !own.contains($0.name) }.map {
      size in
      StorageSize(
        name: size.name, rows: size.rows.map(Int.init), dataBytes: Int(size.tableBytes),
        indexBytes: Int(size.indexBytes),
        keepsRows: size.name != "course_ratings")
    }
  }
}

private struct ExplainedPostgres: OperationExplainer {
  let explainer: PostgresExplainer
  var store: any StorageBackend { explainer.store }

  func beginRecording() async throws { explainer.beginRecording() }

  func explainRecorded(restoring: () async throws -> Void) async throws -> [ExplainedStatement] {
    try await explainer.explainRecorded(restoring: restoring).map { explanation in
      let plan = explanation.plan.flatMap(PostgresPlan.init)
      return plan?.statement(
        explanation.sql, parameters: explanation.parameters, isGeneric: explanation.isGeneric)
        ?? ExplainedStatement(text: explanation.sql, parameters: explanation.parameters)
    }
  }

  func close() async { await explainer.close() }
}
