import InstructorStore

/// How a course's rating lies in its document: `{_id: course, version, base?: {h2…h10}, reviews?: {h2…h10}}`, a count for
/// each number of half stars. A step without a field counts 0, so that a review adds one to its step with `$inc`,
/// whether or not anything is there.
enum RatingDocument {
  /// The fields of the steps, ascending by stars.
  static let stepNames: [StaticString] = ["h2", "h3", "h4", "h5", "h6", "h7", "h8", "h9", "h10"]
  /// The same as paths from the document.
  fileprivate static let reviewPaths: [StaticString] = [
    "reviews.h2", "reviews.h3", "reviews.h4", "reviews.h5", "reviews.h6", "reviews.h7", "reviews.h8",
    "reviews.h9", "reviews.h10",
  ]
}

extension BSONWriter {
  /// The elements of `rating`'s document.
  mutating func appendRating(_ rating: CourseRating) {
    append("_id", rating.courseID.rawValue)
    append("version", rating.version)
    if let base = rating.base { document("base") { $0.appendCounts(base) } }
    document("reviews") { $0.appendCounts(rating.reviews) }
  }

  /// One field a step, those that are 0 left out.
  mutating func appendCounts(_ counts: StarCounts) {
    for (name, count) in zip(RatingDocument.stepNames, counts.steps) where count != 0 { append(name, count) }
  }

  /// The operators of an update that adds `counts`, some of which may be negative, to those of the reviews.
  mutating func appendRatingChange(_ counts: StarCounts) {
    document("$inc") { writer in
      for (path, count) in zip(RatingDocument.reviewPaths, counts.steps) where count != 0 {
        writer.append(path, count)
      }
    }
    document("$setOnInsert") { $0.append("version", Int64(0)) }
  }
}

extension RatingDocument {
  /// Decodes a document in one walk; throws for anything that this library would not have written.
  static func decode(_ document: UnsafeRawBufferPointer) throws(CorruptDocument) -> CourseRating {
    var id: Int64?
    var version: Int64?
    var base: StarCounts?
    var reviews = StarCounts.zero
    var reader = BSONReader(document)
    while let element = try reader.next() {
      switch element.keyLength {
      case 3: if element.isNamed("_id") { id = try element.int64() }
      case 4: if element.isNamed("base") { base = try counts(element) }
      case 7:
        if element.isNamed("version") {
          version = try element.int64()
        } else if element.isNamed("reviews") {
          reviews = try counts(element)
        }
      default: break
      }
    }
    guard let id, Limits.identifiers.contains(id) else { throw CorruptDocument(reason: "_id is not an id") }
    guard let version, version >= 0 else { throw CorruptDocument(reason: "version is missing or below 0") }
    return CourseRating(courseID: CourseID(id), version: version, base: base, reviews: reviews)
  }

  private static func counts(_ element: BSONElement) throws(CorruptDocument) -> StarCounts {
    guard element.type == .document, let document = element.nested else {
      throw CorruptDocument(reason: "counts are not a document")
    }
    var counts = StarCounts.zero
    var reader = BSONReader(document)
    while let field = try reader.next() {
      guard let step = stepNames.firstIndex(where: { field.isNamed($0) }) else {
        throw CorruptDocument(reason: "counts have a field that is no step")
      }
      counts[Stars.allSteps[step]] = try field.int64()
    }
    return counts
  }
}
