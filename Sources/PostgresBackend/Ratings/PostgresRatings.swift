import DriverKit
import InstructorStore

/// PostgreSQL's ``RatingRepository``.
struct PostgresRatings: RatingRepository, PostgresRepository {
  let pool: ConnectionPool<PostgresDriver>
  let model: PostgresDataModel

  func get(_ course: CourseID) async throws(StoreError) -> CourseRating {
    let context = try context("ratings.get")
    try Validation(context).identifier(course, "courseID")
    return try await pool.read(context, RatingReads.get, course.rawValue) ?? .zero(course)
  }

  func put(
    _ base: StarCounts, for course: CourseID, ifVersion: Int64?
  ) async throws(StoreError) -> CourseRating {
    let context = try context("ratings.put")
    let validation = Validation(context)
    try validation.identifier(course, "courseID")
    try validation.counts(base, "base")
    try validation.ratingVersion(ifVersion)
    return try await lease(context, .write) { (connection, call) throws(StoreError) in
      call.noteEntity(course.rawValue)
      let stored = try connection.query(call, RatingWrites.put) { parameters in
        parameters.append(course.rawValue)
        parameters.append(ifVersion)
        for count in base.steps { parameters.append(count) }
      } decode: { (result: borrowing PostgresResult) throws(DecodingFailure) in
        try RatingRow.decodeFirst(result, of: course)
      }
      guard let stored else { throw context.conflict(.version, entityID: course.rawValue) }
      return stored
    }
  }

  func delete(_ course: CourseID, ifVersion: Int64?) async throws(StoreError) -> CourseRating {
    let context = try context("ratings.delete")
    let validation = Validation(context)
    try validation.identifier(course, "courseID")
    try validation.ratingVersion(ifVersion)
    return try await lease(context, .write) { (connection, call) throws(StoreError) in
      try Self.attempt(on: course, call) { () throws(StoreError) in
        try connection.query(call, RatingWrites.deleteBase) { parameters in
          parameters.append(course.rawValue)
          parameters.append(ifVersion)
        } decode: { (result: borrowing PostgresResult) throws(DecodingFailure) in
          try RatingRow.decodeFirst(result, of: course)
        }
      } elseFail: { () throws(StoreError) in
        let stored = try connection.find(call, RatingReads.get, course.rawValue)
        guard let stored, stored.base != nil else {
          throw context.error(.notFound, "the course has no imported counts", entityID: course.rawValue)
        }
        if let ifVersion, stored.version != ifVersion {
          throw context.conflict(.version, entityID: course.rawValue)
        }
      }
    }
  }

  func recompute(_ course: CourseID) async throws(StoreError) -> CourseRating {
    let context = try context("ratings.recompute")
    try Validation(context).identifier(course, "courseID")
    return try await lease(context, .write) { (connection, call) throws(StoreError) in
      call.noteEntity(course.rawValue)
      let steps = [RatingWrites.makeRow, RatingWrites.lock, RatingWrites.recompute]
      var rating: CourseRating?
      try connection.exchange(call, steps) { _, parameters in
        parameters.append(course.rawValue)
      } receive: { (index, result: borrowing PostgresResult) throws(DecodingFailure) in
        if index == 2 { rating = try RatingRow.decodeFirst(result, of: course) }
      }
      return rating ?? .zero(course)
    }
  }

  func histogram(of courses: [CourseID]) async throws(StoreError) -> StarCounts {
    let context = try context("ratings.histogram")
    let validation = Validation(context)
    try validation.size(courses.count, "the number of courses", Limits.coursesPerHistogram)
    for course in courses { try validation.identifier(course, "courseID") }
    return try await lease(context, .read) { (connection, call) throws(StoreError) in
      try connection.query(call, RatingReads.histogram) { parameters in
        parameters.append(courses.map(\.rawValue))
      } decode: { (result: borrowing PostgresResult) throws(DecodingFailure) in
        try RatingRow.counts(result, 0, from: 0)
      }
    }
  }
}
