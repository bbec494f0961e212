import DriverKit
import InstructorStore

extension MongoReviews {
  func page(of course: CourseID, order: ReviewOrder, stars: Stars?, after: PageCursor?, limit: Int)
    async throws(StoreError) -> Page<Review>
  {
    let context = core.call("reviews.page")
    let listing = ReviewListing.page(course, order, stars)
    try core.pool.admit(context)
    let key = try Validation(context).listing(listing, after: after, limit: limit)
    let bounds = ReviewBounds(course, order, stars, after: key)
    return try await core.run(context, .read) { connection, call throws(StoreError) in
      try connection.page(listing, bounds, limit: limit, call) { _ in }
    }
  }

  func search(in course: CourseID, for text: String, after: PageCursor?, limit: Int)
    async throws(StoreError) -> Page<Review>
  {
    let context = core.call("reviews.search")
    let listing = ReviewListing.search(course, text)
    try core.pool.admit(context)
    let key = try Validation(context).listing(listing, after: after, limit: limit)
    let bounds = ReviewBounds(course, .newest, nil, after: key)
    return try await core.run(context, .read) { connection, call throws(StoreError) in
      try connection.page(listing, bounds, limit: limit, call) { writer in
        writer.document("filter") { $0.appendContains("$comment", Self.folded(text)) }
      }
    }
  }

  /// A–Z as a–z, and nothing else: what the server's `$toLower` does to the comments.
  private static func folded(_ text: String) -> String {
    let bytes = text.utf8.map { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 ? $0 | 0x20 : $0 }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// One aggregation in one snapshot: the reviews come from their index, the rating is put behind them.
  func summary(of course: CourseID, limit: Int) async throws(StoreError) -> CourseSummary {
    let context = core.call("reviews.summary")
    let listing = ReviewListing.page(course, .newest, nil)
    try core.pool.admit(context)
    _ = try Validation(context).listing(listing, after: nil, limit: limit)
    return try await core.run(context, .read) { connection, call throws(StoreError) in
      try connection.attempt(call) { () throws(CommandFailure) in
        try connection.summary(of: course, listing, limit: limit, call)
      }
    }
  }
}

extension MongoConnection {
  /// - Parameter filter: Writes the element `filter`, if any.
  fileprivate func page(
    _ listing: ReviewListing, _ bounds: ReviewBounds, limit: Int, _ call: MongoCall,
    filter: (inout BSONWriter) -> Void
  ) throws(StoreError) -> Page<Review> {
    var reviews: [Review] = []
    _ = try attempt(call) { () throws(CommandFailure) in
      // One more than asked for tells whether another page follows.
      try find(Collections.reviews, .snapshotRead, call, limit: limit + 1) { writer in
        filter(&writer)
        bounds.append(to: &writer)
      } each: { (document) throws(CorruptDocument) in
        reviews.append(try ReviewDocument.decode(document))
      }
    }
    return listing.page(reviews, limit: limit)
  }

  fileprivate func summary(
    of course: CourseID, _ listing: ReviewListing, limit: Int, _ call: MongoCall
  ) throws(CommandFailure) -> CourseSummary {
    var rating = CourseRating.zero(course)
    var reviews: [Review] = []
    try aggregate(Collections.reviews, .snapshotRead, call, limit: limit + 2) { writer in
      writer.array("pipeline") { writer in
        writer.document(at: 0) { writer in
          writer.document("$match") { $0.append("courseId", course.rawValue) }
        }
        writer.document(at: 1) { writer in
          writer.document("$sort") { writer in
            writer.append("createdAt", Int32(-1))
            writer.append("_id", Int32(-1))
          }
        }
        writer.document(at: 2) { $0.append("$limit", Int64(limit + 1)) }
        writer.document(at: 3) { writer in
          writer.document("$unionWith") { writer in
            writer.append("coll", Collections.courseRatings)
            writer.array("pipeline") { writer in
              writer.document(at: 0) { writer in
                writer.document("$match") { $0.append("_id", course.rawValue) }
              }
              // Beside the reviews it has to be told from them.
              writer.document(at: 1) { writer in
                writer.document("$project") { writer in
                  writer.append("_id", Int32(0))
                  writer.append("rating", "$$ROOT" as StaticString)
                }
              }
            }
          }
        }
      }
      writer.append("hint", IndexDefinition.byNewest)
    } each: { (document) throws(CorruptDocument) in
      var reader = BSONReader(document)
      if let field = try reader.next(), field.isNamed("rating"), let document = field.nested {
        rating = try RatingDocument.decode(document)
      } else {
        reviews.append(try ReviewDocument.decode(document))
      }
    }
    return CourseSummary(rating: rating, reviews: listing.page(reviews, limit: limit))
  }
}

extension BSONWriter {
  /// A query: whether the text in a field contains `text`, bytewise, with A–Z folded to a–z in the field. Nothing in
  /// `text` means anything: it is a literal.
  fileprivate mutating func appendContains(_ field: StaticString, _ text: String) {
    document("$expr") { writer in
      writer.array("$gte") { writer in
        writer.document(at: 0) { writer in
          writer.array("$indexOfBytes") { writer in
            writer.document(at: 0) { $0.append("$toLower", field) }
            writer.document(at: 1) { $0.append("$literal", text) }
          }
        }
        writer.append(at: 1, Int64(0))
      }
    }
  }
}
