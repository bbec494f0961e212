import BenchmarkKit
import InstructorStore
import MongoBackend

extension MongoTarget {
  func explainer(_ options: TargetOptions) async throws -> (any OperationExplainer)? {
    ExplainedMongo(
      explainer: try await MongoExplainer.open(configuredURL(options), options: storeOptions(options)))
  }

  func counters() async throws -> ServerCounters? {
    let found = try await maintenance.counters()
    var counters = ServerCounters()
    counters.logBytes = found["log bytes"].map(Double.init)
    counters.logRecords = found["log records"].map(Double.init)
    counters.logSyncs = found["log syncs"].map(Double.init)
    counters.transactions = found["transactions"].map(Double.init)
    counters.pagesRead = found["pages read"].map(Double.init)
    return counters
  }

  func writtenBytes() async throws -> Int? {
    let found = try await maintenance.counters()
    guard let log = found["log bytes"], let data = found["data bytes"] else { return nil }
    return Int(log + data)
  }

  func openConnections() async throws -> Int? { try await maintenance.openSessions() }

  func sizes(countingRows: Bool) async throws -> [StorageSize] {
    // The server knows their number.
    try await maintenance.sizes().map { size in
      StorageSize(
        name: size.name, rows: Int(size.documents), dataBytes: Int(size.collectionBytes),
        indexBytes: Int(size.indexBytes), plainBytes: Int(size.plainBytes),
        keepsRows: size.name != "courseRatings")
    }
  }
}

private struct ExplainedMongo: OperationExplainer {
  let explainer: MongoExplainer
  var store: any StorageBackend { explainer.store }

  func beginRecording() async throws { try await explainer.beginRecording() }

  func explainRecorded(restoring: () async throws -> Void) async throws -> [ExplainedStatement] {
    // The server wrote down what it did: nothing is run again.
    let explanations = try await explainer.explainRecorded()
    // Of an update or delete the profiler doesn't say: one operation is one transaction or none.
    let isInTransaction = explanations.contains(where: \.isInTransaction)
    return explanations.map { explanation in
      var statement = ExplainedStatement(
        mongo: explanation.command, operation: explanation.operation, collection: explanation.collection,
        commonFields: MongoExplanation.commonFields, plan: explanation.plan)
      statement.keysExamined = explanation.keysExamined.map(Int.init)
      statement.rowsExamined = Int(explanation.documentsExamined ?? 0)
      statement.rowsReturned = Int(explanation.documentsReturned ?? 0)
      if statement.plan.isEmpty, let summary = explanation.planSummary { statement.plan = [summary] }
      if isInTransaction { statement.note = "in a transaction" }
      return statement
    }
  }

  func close() async { await explainer.close() }
}
