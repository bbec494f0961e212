import DriverKit
import InstructorStore

/// A batch of a load that can be gone on with, as it is noted in the database once it is there.
///
/// It is noted after the batch was acknowledged, so the server's log has the two in this order and no crash keeps the note
/// without the batch. It may keep a batch without its note: see ``LoadJob/doubtfulBatches``.
struct LoadedBatch {
  var source: Int
  /// The number of its first record.
  var first: Int
  var records: Int
  var totals: LoadSource.Totals

  private static let timeout = Duration.seconds(120)
  /// More than there are in the largest load.
  private static let most = 10_000_000

  func note(_ connection: MongoConnection, _ call: MongoCall) throws(StoreError) {
    do throws(CommandFailure) {
      _ = try connection.write(.loadWrite, call, deadline: .after(Self.timeout), isShielded: true) { writer in
        writer.append("insert", Collections.loadProgress)
        writer.array("documents") { writer in
          writer.document(at: 0) { writer in
            writer.append("source", Int64(source))
            writer.append("first", Int64(first))
            writer.append("records", Int64(records))
            writer.append("assignments", Int64(totals.assignments))
            writer.append("largestId", totals.largestID)
          }
        }
      }
    } catch {
      throw error.storeError(call.context, .write)
    }
  }

  /// All that are noted.
  static func all(_ connection: MongoConnection, _ call: MongoCall) throws(CommandFailure) -> [LoadedBatch] {
    var batches: [LoadedBatch] = []
    let reading = MongoCall(call.context, .read, deadline: .after(timeout))
    try connection.find(Collections.loadProgress, .bare, reading, limit: most) { _ in
    } each: { (document) throws(CorruptDocument) in
      var batch = LoadedBatch(source: 0, first: 0, records: 0, totals: LoadSource.Totals())
      var reader = BSONReader(document)
      while let field = try reader.next() {
        if field.isNamed("source") { batch.source = Int(try field.int64()) }
        if field.isNamed("first") { batch.first = Int(try field.int64()) }
        if field.isNamed("records") { batch.records = Int(try field.int64()) }
        if field.isNamed("assignments") { batch.totals.assignments = Int(try field.int64()) }
        if field.isNamed("largestId") { batch.totals.largestID = try field.int64() }
      }
      batches.append(batch)
    }
    return batches
  }
}
