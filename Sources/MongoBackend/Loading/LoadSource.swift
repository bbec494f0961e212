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
  let largestID = Atomic<Int64>(0)
  let assignments = Atomic<Int>(0)
  private let insertBatch:
    @Sendable (LoadSource, Range<Int>, MongoConnection, MongoCall) throws(StoreError) -> Void

  private init(
    count: Int, kind: EntityKind?,
    insertBatch:
      @escaping @Sendable (LoadSource, Range<Int>, MongoConnection, MongoCall) throws(StoreError)
      -> Void
  ) {
    self.count = count
    self.kind = kind
    self.insertBatch = insertBatch
  }

  func insert(_ range: Range<Int>, _ connection: MongoConnection, _ call: MongoCall) throws(StoreError) {
    try insertBatch(self, range, connection, call)
  }

  convenience init(instructors source: BulkSource<NewInstructor>) {
    self.init(count: source.count, kind: .instructor) { (own, range, connection, call) throws(StoreError) in
      let validation = Validation(call.context)
      let records = try own.records(source, range, call) { (record) throws(StoreError) in
        if record.id == nil { throw call.context.invalid("a record of a bulk load needs an id") }
        try validation.instructor(record)
      }
      let instructors = records.compactMap { record in record.id.map { Instructor(record, id: $0) } }
      try own.insert(
        instructors.map(\.id.rawValue), into: Collections.instructors, .instructorID, range, connection, call
      ) { $0.appendInstructor(instructors[$1]) }
      own.assignments.add(instructors.reduce(0) { $0 + $1.courses.count }, ordering: .relaxed)
    }
  }

  convenience init(reviewers source: BulkSource<Reviewer>, notedIn loaded: LoadedReviewers) {
    self.init(count: source.count, kind: .reviewer) { (own, range, connection, call) throws(StoreError) in
      let validation = Validation(call.context)
      let reviewers = try own.records(source, range, call) { (record) throws(StoreError) in
        try validation.loaded(record)
      }
      let ids = reviewers.map(\.id.rawValue)
      try own.insert(ids, into: Collections.reviewers, .reviewerID, range, connection, call) {
        $0.appendReviewer(reviewers[$1])
      }
      loaded.insert(ids)
    }
  }

  convenience init(reviews source: BulkSource<Review>, of loaded: LoadedReviewers) {
    self.init(count: source.count, kind: .review) { (own, range, connection, call) throws(StoreError) in
      let validation = Validation(call.context)
      let reviews = try own.records(source, range, call) { (record) throws(StoreError) in
        try validation.loaded(record)
      }
      try own.checkReviewers(of: reviews, loaded, range, connection, call)
      try own.insert(
        reviews.map(\.id.rawValue), into: Collections.reviews, .reviewID, range, connection, call
      ) { $0.appendReview(reviews[$1]) }
    }
  }

  convenience init(ratings source: BulkSource<CourseRating>) {
    self.init(count: source.count, kind: nil) { (own, range, connection, call) throws(StoreError) in
      let validation = Validation(call.context)
      let ratings = try own.records(source, range, call) { (record) throws(StoreError) in
        try validation.loaded(record)
      }
      try own.insert(
        ratings.map(\.courseID.rawValue), into: Collections.courseRatings, .courseRating, range, connection,
        call
      ) { $0.appendRating(ratings[$1]) }
    }
  }

  private func records<Record>(
    _ source: BulkSource<Record>, _ range: Range<Int>, _ call: MongoCall,
    check: (Record) throws(StoreError) -> Void
  ) throws(StoreError) -> [Record] {
    let records = source.records(range)
    guard records.count == range.count else {
      throw call.context.invalid(
        "the source made \(records.count) records where \(range.count) were asked for")
    }
    for (offset, record) in records.enumerated() {
      do throws(StoreError) { try check(record) } catch { throw error.at(index: range.lowerBound + offset) }
    }
    return records
  }

  /// Sees to it that every review's reviewer is there: those that this load did not bring are looked up, each once.
  private func checkReviewers(
    of reviews: [Review], _ loaded: LoadedReviewers, _ range: Range<Int>, _ connection: MongoConnection,
    _ call: MongoCall
  ) throws(StoreError) {
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
      throw call.context.missingReviewer(review.reviewerID).at(index: range.lowerBound + offset)
    }
  }

  /// Inserts documents in as few commands as fit them.
  ///
  /// - Parameters:
  ///   - taken: What it means that an id is taken, unless the server names another rule.
  ///   - append: Writes the document with this number.
  private func insert(
    _ ids: [Int64], into collection: StaticString, _ taken: Constraint, _ range: Range<Int>,
    _ connection: MongoConnection, _ call: MongoCall, _ append: (inout BSONWriter, Int) -> Void
  ) throws(StoreError) {
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
        throw insertError(error, ids, taken, first: first, range, call)
      }
    }
    if let largest = ids.max() { largestID.max(largest, ordering: .relaxed) }
  }

  private func insertError(
    _ failure: CommandFailure, _ ids: [Int64], _ taken: Constraint, first: Int, _ range: Range<Int>,
    _ call: MongoCall
  ) -> StoreError {
    guard failure.isDuplicateKey else { return failure.storeError(call.context, .write) }
    let rule = failure.duplicate == .primaryOfCourse ? .primaryOfCourse : taken
    guard let index = failure.index, ids.indices.contains(first + index) else {
      return call.context.conflict(rule)
    }
    return call.context.conflict(rule, entityID: ids[first + index]).at(
      index: range.lowerBound + first + index)
  }
}
