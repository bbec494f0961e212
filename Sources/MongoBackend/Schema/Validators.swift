import InstructorStore

/// What the server checks of every instructor that anybody writes, this library or not.
enum InstructorValidator {
  private static let required: [StaticString] = [
    "_id", "version", "firstName", "lastName", "learners", "ratingCount",
  ]

  static func append(to writer: inout BSONWriter) {
    writer.appendSchema(required: required) { writer in
      writer.appendLong("_id", Limits.identifiers)
      writer.appendLong("version", 1...Int64.max)
      writer.appendText("firstName", Limits.firstNameBytes)
      writer.appendText("middleInitial", Limits.middleInitialBytes)
      writer.appendText("lastName", Limits.lastNameBytes)
      writer.appendText("academicTitle", Limits.academicTitleBytes)
      writer.appendText("title", Limits.titleBytes)
      writer.appendText("organization", Limits.organizationBytes)
      writer.appendLong("learners", Limits.counters)
      writer.appendInt("averageRatingTenths", Limits.averageRatingTenths)
      writer.appendLong("ratingCount", Limits.counters)
      appendCourses(to: &writer, "primaryOf")
      appendCourses(to: &writer, "assists")
    }
  }

  /// Two documents with an empty array would collide in the unique index, and it lets one document name a
  /// course twice: neither may be stored.
  private static func appendCourses(to writer: inout BSONWriter, _ name: StaticString) {
    writer.document(name) { writer in
      writer.append("bsonType", "array" as StaticString)
      writer.append("minItems", Int32(1))
      writer.append("maxItems", Int32(Limits.coursesPerInstructor))
      writer.append("uniqueItems", true)
      writer.document("items") { writer in
        writer.append("bsonType", "long" as StaticString)
        writer.append("minimum", Limits.identifiers.lowerBound)
        writer.append("maximum", Limits.identifiers.upperBound)
      }
    }
  }
}

/// The same of every reviewer.
enum ReviewerValidator {
  static func append(to writer: inout BSONWriter) {
    writer.appendSchema(required: ["_id", "version", "name", "coursesTaken", "reviewCount"]) { writer in
      writer.appendLong("_id", Limits.identifiers)
      writer.appendLong("version", 1...Int64.max)
      writer.appendText("name", Limits.reviewerNameBytes)
      writer.appendText("picture", Limits.pictureBytes)
      writer.appendLong("coursesTaken", Limits.counters)
      // Derived, and a loaded one may have been too low: no reason to refuse the deletion of a review.
      writer.appendLong("reviewCount", Int64.min...Int64.max)
    }
  }
}

/// The same of every review.
enum ReviewValidator {
  private static let required: [StaticString] = [
    "_id", "version", "courseId", "reviewerId", "reviewerName", "starHalves", "comment", "createdAt",
    "helpful", "reported",
  ]

  static func append(to writer: inout BSONWriter) {
    writer.appendSchema(required: required) { writer in
      writer.appendLong("_id", Limits.identifiers)
      writer.appendLong("version", 1...Int64.max)
      writer.appendLong("courseId", Limits.identifiers)
      writer.appendLong("reviewerId", Limits.identifiers)
      writer.appendText("reviewerName", Limits.reviewerNameBytes)
      writer.appendText("reviewerPicture", Limits.pictureBytes)
      writer.appendInt("starHalves", Limits.starHalves)
      writer.appendText("comment", Limits.commentBytes)
      writer.document("createdAt") { $0.append("bsonType", "date" as StaticString) }
      writer.appendLong("helpful", Limits.counters)
      writer.appendLong("reported", Limits.counters)
    }
    // JSON schema has no bounds for dates.
    writer.document("createdAt") { writer in
      writer.append("$gte", date: Limits.timestampMilliseconds.lowerBound)
      writer.append("$lte", date: Limits.timestampMilliseconds.upperBound)
    }
  }
}

/// The same of every rating of a course.
enum RatingValidator {
  static func append(to writer: inout BSONWriter) {
    writer.appendSchema(required: ["_id", "version"]) { writer in
      writer.appendLong("_id", Limits.identifiers)
      writer.appendLong("version", 0...Int64.max)
      appendCounts(to: &writer, "base", Limits.counters)
      // Derived, as the reviewer's count is.
      appendCounts(to: &writer, "reviews", Int64.min...Int64.max)
    }
  }

  private static func appendCounts(
    to writer: inout BSONWriter, _ name: StaticString, _ range: ClosedRange<Int64>
  ) {
    writer.document(name) { writer in
      writer.append("bsonType", "object" as StaticString)
      writer.append("additionalProperties", false)
      writer.document("properties") { writer in
        for name in RatingDocument.stepNames { writer.appendLong(name, range) }
      }
    }
  }
}

/// JSON schema counts characters where ``Limits`` count bytes: the bounds are a safety net, the limits themselves hold
/// before anything is sent.
extension BSONWriter {
  fileprivate mutating func appendSchema(
    required: [StaticString], properties: (inout BSONWriter) -> Void
  ) {
    document("$jsonSchema") { writer in
      writer.append("bsonType", "object" as StaticString)
      writer.array("required") { writer in
        for (index, name) in required.enumerated() { writer.append(at: index, name) }
      }
      writer.document("properties", properties)
    }
  }

  fileprivate mutating func appendLong(_ name: StaticString, _ range: ClosedRange<Int64>) {
    document(name) { writer in
      writer.append("bsonType", "long" as StaticString)
      writer.append("minimum", range.lowerBound)
      writer.append("maximum", range.upperBound)
    }
  }

  fileprivate mutating func appendInt(_ name: StaticString, _ range: ClosedRange<Int>) {
    document(name) { writer in
      writer.append("bsonType", "int" as StaticString)
      writer.append("minimum", Int32(truncatingIfNeeded: range.lowerBound))
      writer.append("maximum", Int32(truncatingIfNeeded: range.upperBound))
    }
  }

  fileprivate mutating func appendText(_ name: StaticString, _ bytes: ClosedRange<Int>) {
    document(name) { writer in
      writer.append("bsonType", "string" as StaticString)
      writer.append("minLength", Int32(truncatingIfNeeded: bytes.lowerBound))
      writer.append("maxLength", Int32(truncatingIfNeeded: bytes.upperBound))
    }
  }
}
