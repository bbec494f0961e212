import DriverKit
import InstructorStore
import Synchronization

/// One of the sources of a bulk load: how its records become documents of which collection.
final class LoadSource: Sendable {
  /// The most bytes of one insert command; the server takes 16 MiB.
  private static let bytesPerCommand = 8 << 20
  /// How long the server may take for one batch.
  private static let batchTimeout = Duration.seconds(120)

  let count: Int
  /// Whose ids they are; `nil` for ratings, which have their course's.
  let kind: EntityKind?
  private let largestID = Atomic<Int64>(0)
  private let assignments = Atomic<Int>(0)
  private let insertBatch: InsertBatch

  /// What some of the records come to.
  struct Totals {
    var assignments = 0
    var largestID: Int64 = 0
  }

  private struct Batch {
    var range: Range<Int>
    /// Whether an earlier try may have inserted some of it.
    var isDoubtful: Bool
    var connection: MongoConnection
    var call: MongoCall
  }

  private typealias InsertBatch = @Sendable (LoadSource, Batch) throws(StoreError) -> Totals

  private init(
    count: Int, kind: EntityKind?, insertBatch: @escaping InsertBatch
  ) {
    self.count = count
    self.kind = kind
    self.insertBatch = insertBatch
  }

  var totals: Totals {
    Totals(
      assignments: assignments.load(ordering: .acquiring), largestID: largestID.load(ordering: .acquiring))
  }

  /// Counts records in that are there.
  func add(_ part: Totals) {
    assignments.add(part.assignments, ordering: .relaxed)
    largestID.max(part.largestID, ordering: .relaxed)
  }

  /// Inserts records and says what they come to.
  ///
  /// - Parameter isDoubtful: Whether an earlier try may have inserted some of them: those are removed first.
  func insert(_ range: Range<Int>, isDoubtful: Bool, _ connection: MongoConnection, _ call: MongoCall)
    throws(StoreError) -> Totals
  {
    let batch = Batch(range: range, isDoubtful: isDoubtful, connection: connection, call: call)
    let totals = try insertBatch(self, batch)
    add(totals)
    return totals
  }

  convenience init(instructors source: BulkSource<NewInstructor>) {
    self.init(count: source.count, kind: .instructor) { (own, batch) throws(StoreError) in
      let validation = Validation(batch.call.context)
      let records = try own.records(source, batch) { (record) throws(StoreError) in
        if record.id == nil { throw batch.call.context.invalid("a record of a bulk load needs an id") }
        try validation.instructor(record)
      }
      let instructors = records.compactMap { record in record.id.map { Instructor(record, id: $0) } }
      var totals = try own.insert(
        instructors.map(\.id.rawValue), into: Collections.instructors, .instructorID, batch
      ) { $0.appendInstructor(instructors[$1]) }
      totals.assignments = instructors.reduce(0) { $0 + $1.courses.count }
      return totals
    }
  }

  convenience init(reviewers source: BulkSource<Reviewer>, notedIn loaded: LoadedReviewers) {
    self.init(count: source.count, kind: .reviewer) { (own, batch) throws(StoreError) in
      let validation = Validation(batch.call.context)
      let reviewers = try own.records(source, batch) { (record) throws(StoreError) in
        try validation.loaded(record)
      }
      let ids = reviewers.map(\.id.rawValue)
      let totals = try own.insert(ids, into: Collections.reviewers, .reviewerID, batch) {
        $0.appendReviewer(reviewers[$1])
      }
      loaded.insert(ids)
      return totals
    }
  }

  convenience init(reviews source: BulkSource<Review>, of loaded: LoadedReviewers) {
    self.init(count: source.count, kind: .review) { (own, batch) throws(StoreError) in
      let validation = Validation(batch.call.context)
      let reviews = try own.records(source, batch) { (record) throws(StoreError) in
        try validation.loaded(record)
      }
      try own.checkReviewers(of: reviews, loaded, batch)
      return try own.insert(
        reviews.map(\.id.rawValue), into: Collections.reviews, .reviewID, batch
      ) { $0.appendReview(reviews[$1]) }
    }
  }

  convenience init(ratings source: BulkSource<CourseRating>) {
    self.init(count: source.count, kind: nil) { (own, batch) throws(StoreError) in
      let validation = Validation(batch.call.context)
      let ratings = try own.records(source, batch) { (record) throws(StoreError) in
        try validation.loaded(record)
      }
      return try own.insert(
        ratings.map(\.courseID.rawValue), into: Collections.courseRatings, .courseRating, batch
      ) { $0.appendRating(ratings[$1]) }
    }
  }

  private func records<Record>(
    _ source: BulkSource<Record>, _ batch: Batch, check: (Record) throws(StoreError) -> Void
  ) throws(StoreError) -> [Record] {
    let range = batch.range
    let records = source.records(range)
    guard records.count == range.count else {
      throw batch.call.context.invalid(
        "the source made \(records.count) records where \(range.count) were asked for")
    }
    for (offset, record) in records.enumerated() {
      do throws(StoreError) { try check(record) } catch { throw error.at(index: range.lowerBound + offset) }
    }
    return records
  }

  /// Sees to it that every review's reviewer is there: those that this load did not bring are looked up, each once.
  private func checkReviewers(
    of reviews: [Review], _ loaded: LoadedReviewers, _ batch: Batch
  ) throws(StoreError) {
    let (connection, call) = (batch.connection, batch.call)
    let ids = loaded.unknown(reviews.map(\.reviewerID.rawValue))
    guard !ids.isEmpty else { return }
    var missing = Set(ids)
    do throws(CommandFailure) {
      let lookUp = MongoCall(call.context, .read, deadline: .after(Self.batchTimeout))
      try connection.find(Collections.reviewers, .bare, lookUp, limit: ids.count) { writer in
        writer.document("filter") { $0.appendIdentities(ids) }
        writer.document("projection") { $0.append("_id", Int32(1)) }
      } each: { (document) throws(CorruptDocument) in
        missing.remove(try BSONReader.int64("_id", in: document))
      }
    } catch {
      throw error.storeError(call.context, .write)
    }
    for (offset, review) in reviews.enumerated() where missing.contains(review.reviewerID.rawValue) {
      throw call.context.missingReviewer(review.reviewerID).at(index: batch.range.lowerBound + offset)
    }
  }

  /// Inserts documents in as few commands as fit them.
  ///
  /// - Parameters:
  ///   - taken: What it means that an id is taken, unless the server names another rule.
  ///   - append: Writes the document with this number.
  private func insert(
    _ ids: [Int64], into collection: StaticString, _ taken: Constraint, _ batch: Batch,
    _ append: (inout BSONWriter, Int) -> Void
  ) throws(StoreError) -> Totals {
    let (connection, call) = (batch.connection, batch.call)
    if batch.isDoubtful { try remove(ids, from: collection, batch) }
    var next = 0
    while next < ids.count {
      let first = next
      do throws(CommandFailure) {
        _ = try connection.write(.loadWrite, call, deadline: .after(Self.batchTimeout), isShielded: true) {
          writer in
          writer.append("insert", collection)
          // All documents are tried, so that no time is lost on a duplicate that ends the load anyway.
          writer.append("ordered", false)
          // Checked above by the same limits; and while the load runs, the validator refuses everybody else.
          writer.append("bypassDocumentValidation", true)
          writer.array("documents") { writer in
            while next < ids.count, writer.count < Self.bytesPerCommand {
              writer.document(at: next - first) { append(&$0, next) }
              next += 1
            }
          }
        }
      } catch {
        throw insertError(error, ids, taken, first: first, batch)
      }
    }
    return Totals(largestID: ids.max() ?? 0)
  }

  private func remove(_ ids: [Int64], from collection: StaticString, _ batch: Batch) throws(StoreError) {
    do throws(CommandFailure) {
      _ = try batch.connection.write(
        .loadWrite, batch.call, deadline: .after(Self.batchTimeout), isShielded: true
      ) { writer in
        writer.append("delete", collection)
        writer.array("deletes") { writer in
          writer.document(at: 0) { writer in
            writer.document("q") { $0.appendIdentities(ids) }
            writer.append("limit", Int32(0))
          }
        }
      }
    } catch {
      throw error.storeError(batch.call.context, .write)
    }
  }

  private func insertError(
    _ failure: CommandFailure, _ ids: [Int64], _ taken: Constraint, first: Int, _ batch: Batch
  ) -> StoreError {
    let context = batch.call.context
    guard failure.isDuplicateKey else { return failure.storeError(context, .write) }
    let rule = failure.duplicate == .primaryOfCourse ? .primaryOfCourse : taken
    guard let index = failure.index, ids.indices.contains(first + index) else {
      return context.conflict(rule)
    }
    return context.conflict(rule, entityID: ids[first + index]).at(
      index: batch.range.lowerBound + first + index)
  }
}
