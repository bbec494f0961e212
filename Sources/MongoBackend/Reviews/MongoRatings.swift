import DriverKit
import InstructorStore

/// The ratings of a ``MongoStore``: what each method promises stands at ``RatingRepository``.
///
/// A course whose rating nobody has touched has no document. Once made it stays, with its version.
struct MongoRatings: RatingRepository {
  let core: MongoCore

  func get(_ course: CourseID) async throws(StoreError) -> CourseRating {
    let found: CourseRating? = try await core.share(core.call("ratings.get")) {
      (validation) throws(StoreError) in
      try validation.identifier(course, "courseID")
    } _: { answer in
      .rating(course, answer)
    }
    return found ?? .zero(course)
  }

  func put(_ base: StarCounts, for course: CourseID, ifVersion: Int64?) async throws(StoreError)
    -> CourseRating
  {
    try await core.run(core.call("ratings.put"), .write) { (validation) throws(StoreError) in
      try validation.identifier(course, "courseID")
      try validation.counts(base, "base")
      try validation.ratingVersion(ifVersion)
    } _: { connection, call throws(StoreError) in
      try connection.changeAgain(course, call) { () throws(CommandFailure) in
        do throws(CommandFailure) {
          return try connection.modifyRating(of: course, ifVersion, call) { writer in
            writer.document("update") { writer in
              writer.document("$set") { $0.document("base") { $0.appendCounts(base) } }
              writer.document("$inc") { $0.append("version", Int64(1)) }
            }
            // A course without a document has version 0.
            if ifVersion ?? 0 == 0 { writer.append("upsert", true) }
          }
        } catch {
          // It is there with another version, or somebody has just made it.
          guard error.isDuplicateKey else { throw error }
          return nil
        }
      } refusal: { () throws(StoreError) in
        try connection.rating(of: course, call).verify(ifVersion, call.context)
      }
    }
  }

  func delete(_ course: CourseID, ifVersion: Int64?) async throws(StoreError) -> CourseRating {
    try await core.run(core.call("ratings.delete"), .write) { (validation) throws(StoreError) in
      try validation.identifier(course, "courseID")
      try validation.ratingVersion(ifVersion)
    } _: { connection, call throws(StoreError) in
      try connection.changeAgain(course, call) { () throws(CommandFailure) in
        try connection.modifyRating(of: course, ifVersion, call, needsBase: true) { writer in
          writer.document("update") { writer in
            writer.document("$unset") { $0.append("base", true) }
            writer.document("$inc") { $0.append("version", Int64(1)) }
          }
        }
      } refusal: { () throws(StoreError) in
        let rating = try connection.rating(of: course, call)
        guard rating.base != nil else { throw call.context.notFound(course) }
        try rating.verify(ifVersion, call.context)
      }
    }
  }

  func recompute(_ course: CourseID) async throws(StoreError) -> CourseRating {
    let context = core.call("ratings.recompute")
    let deadline = core.deadline()
    try core.pool.admit(context)
    try Validation(context).identifier(course, "courseID")
    let outcome = try await core.reviewQueue.run(.recount, of: course, context, deadline: deadline, core)
    guard case .rating(let rating) = outcome else { throw context.unexpectedOutcome }
    return rating
  }

  func histogram(of courses: [CourseID]) async throws(StoreError) -> StarCounts {
    try await core.run(core.call("ratings.histogram"), .read) { (validation) throws(StoreError) in
      try validation.size(courses.count, "the number of courses", Limits.coursesPerHistogram)
      for course in courses { try validation.identifier(course, "courseID") }
    } _: { connection, call throws(StoreError) in
      guard !courses.isEmpty else { return .zero }
      var sum = StarCounts.zero
      _ = try connection.attempt(call) { () throws(CommandFailure) in
        try connection.find(Collections.courseRatings, .snapshotRead, call, limit: courses.count) { writer in
          writer.document("filter") { $0.appendIdentities(courses.map(\.rawValue)) }
        } each: { (document) throws(CorruptDocument) in
          sum += try RatingDocument.decode(document).counts
        }
      }
      return sum
    }
  }
}

extension CourseRating {
  fileprivate func verify(_ ifVersion: Int64?, _ context: CallContext) throws(StoreError) {
    if let ifVersion, version != ifVersion {
      throw context.conflict(.version, entityID: courseID.rawValue)
    }
  }
}

extension MongoConnection {
  /// The rating as a majority knows it.
  fileprivate func rating(of course: CourseID, _ call: MongoCall) throws(StoreError) -> CourseRating {
    var rating = CourseRating.zero(course)
    do throws(CommandFailure) {
      try find(Collections.courseRatings, .majorityRead, call, limit: 1) { writer in
        writer.document("filter") { $0.append("_id", course.rawValue) }
      } each: { (document) throws(CorruptDocument) in
        rating = try RatingDocument.decode(document)
      }
    } catch {
      throw error.storeError(call.context, .read, entityID: course.rawValue)
    }
    return rating
  }

  fileprivate func modifyRating(
    of course: CourseID, _ ifVersion: Int64?, _ call: MongoCall, needsBase: Bool = false,
    _ build: (inout BSONWriter) -> Void
  ) throws(CommandFailure) -> CourseRating? {
    try modify(.write, call) { writer in
      writer.append("findAndModify", Collections.courseRatings)
      writer.document("query") { writer in
        writer.append("_id", course.rawValue)
        if let ifVersion { writer.append("version", ifVersion) }
        if needsBase { writer.document("base") { $0.append("$exists", true) } }
      }
      build(&writer)
      writer.append("new", true)
    } decode: { (document) throws(CorruptDocument) in
      try RatingDocument.decode(document)
    }
  }
}
