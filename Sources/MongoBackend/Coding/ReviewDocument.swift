import InstructorStore

/// How a review lies in its document: with its reviewer's name and picture, so that a page of reviews is one query. An
/// absent picture has no field. Stars are a number of halves, and the time is a date, which has BSON's milliseconds.
enum ReviewDocument {}

extension BSONWriter {
  /// The elements of `review`'s document.
  mutating func appendReview(_ review: Review) {
    append("_id", review.id.rawValue)
    append("version", review.version)
    append("courseId", review.courseID.rawValue)
    append("reviewerId", review.reviewerID.rawValue)
    append("reviewerName", review.reviewerName)
    if let text = review.reviewerPicture { append("reviewerPicture", text) }
    append("starHalves", Int32(truncatingIfNeeded: review.stars.halves))
    append("comment", review.comment)
    append("createdAt", date: review.createdAt.milliseconds)
    append("helpful", review.helpful)
    append("reported", review.reported)
  }
}

extension ReviewDocument {
  /// Decodes a document in one walk; throws for anything that this library would not have written.
  static func decode(_ document: UnsafeRawBufferPointer) throws(CorruptDocument) -> Review {
    var fields = Fields()
    var reader = BSONReader(document)
    while let element = try reader.next() { try fields.take(element) }
    return try fields.review()
  }

  private struct Fields {
    var id: Int64?
    var version: Int64?
    var courseID: Int64?
    var reviewerID: Int64?
    var reviewerName: String?
    var reviewerPicture: String?
    var starHalves: Int32?
    var comment: String?
    var createdAt: Int64?
    var helpful: Int64?
    var reported: Int64?

    mutating func take(_ element: BSONElement) throws(CorruptDocument) {
      // The length tells most names apart.
      switch element.keyLength {
      case 3: if element.isNamed("_id") { id = try element.int64() }
      case 7:
        if element.isNamed("version") {
          version = try element.int64()
        } else if element.isNamed("comment") {
          comment = try element.text()
        } else if element.isNamed("helpful") {
          helpful = try element.int64()
        }
      case 8:
        if element.isNamed("courseId") {
          courseID = try element.int64()
        } else if element.isNamed("reported") {
          reported = try element.int64()
        }
      case 9: if element.isNamed("createdAt") { createdAt = try element.date() }
      case 10:
        if element.isNamed("reviewerId") {
          reviewerID = try element.int64()
        } else if element.isNamed("starHalves") {
          starHalves = try element.int32()
        }
      case 12: if element.isNamed("reviewerName") { reviewerName = try element.text() }
      case 15: if element.isNamed("reviewerPicture") { reviewerPicture = try element.text() }
      default: break
      }
    }

    func review() throws(CorruptDocument) -> Review {
      guard let id, Limits.identifiers.contains(id) else { throw CorruptDocument(reason: "_id is not an id") }
      guard let version, version >= 1 else { throw CorruptDocument(reason: "version is missing or below 1") }
      guard let courseID, Limits.identifiers.contains(courseID) else {
        throw CorruptDocument(reason: "courseId is not an id")
      }
      guard let reviewerID, Limits.identifiers.contains(reviewerID) else {
        throw CorruptDocument(reason: "reviewerId is not an id")
      }
      guard let reviewerName, let comment else { throw CorruptDocument(reason: "a text is missing") }
      guard let starHalves, Limits.starHalves.contains(Int(starHalves)) else {
        throw CorruptDocument(reason: "starHalves is missing or out of range")
      }
      guard let createdAt, Limits.timestampMilliseconds.contains(createdAt) else {
        throw CorruptDocument(reason: "createdAt is missing or out of range")
      }
      guard let helpful, let reported else { throw CorruptDocument(reason: "a counter is missing") }
      return Review(
        id: ReviewID(id), version: version, courseID: CourseID(courseID), reviewerID: ReviewerID(reviewerID),
        reviewerName: reviewerName, reviewerPicture: reviewerPicture, stars: Stars(halves: Int(starHalves)),
        comment: comment, createdAt: Timestamp(milliseconds: createdAt), helpful: helpful, reported: reported)
    }
  }
}
