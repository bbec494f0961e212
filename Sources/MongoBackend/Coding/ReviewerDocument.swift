import InstructorStore

/// How a reviewer lies in its document. An absent picture has no field.
enum ReviewerDocument {}

extension BSONWriter {
  /// The elements of `reviewer`'s document.
  mutating func appendReviewer(_ reviewer: Reviewer) {
    append("_id", reviewer.id.rawValue)
    append("version", reviewer.version)
    append("name", reviewer.name)
    if let text = reviewer.picture { append("picture", text) }
    append("coursesTaken", reviewer.coursesTaken)
    append("reviewCount", reviewer.reviewCount)
  }
}

extension ReviewerDocument {
  /// Decodes a document in one walk; throws for anything that this library would not have written.
  static func decode(_ document: UnsafeRawBufferPointer) throws(CorruptDocument) -> Reviewer {
    var id: Int64?
    var version: Int64?
    var name: String?
    var picture: String?
    var coursesTaken: Int64?
    var reviewCount: Int64?
    var reader = BSONReader(document)
    while let element = try reader.next() {
      switch element.keyLength {
      case 3: if element.isNamed("_id") { id = try element.int64() }
      case 4: if element.isNamed("name") { name = try element.text() }
      case 7:
        if element.isNamed("version") {
          version = try element.int64()
        } else if element.isNamed("picture") {
          picture = try element.text()
        }
      case 11: if element.isNamed("reviewCount") { reviewCount = try element.int64() }
      case 12: if element.isNamed("coursesTaken") { coursesTaken = try element.int64() }
      default: break
      }
    }
    guard let id, Limits.identifiers.contains(id) else { throw CorruptDocument(reason: "_id is not an id") }
    guard let version, version >= 1 else { throw CorruptDocument(reason: "version is missing or below 1") }
    guard let name else { throw CorruptDocument(reason: "a name is missing") }
    guard let coursesTaken, let reviewCount else { throw CorruptDocument(reason: "a counter is missing") }
    return Reviewer(
      id: ReviewerID(id), version: version, name: name, picture: picture, coursesTaken: coursesTaken,
      reviewCount: reviewCount)
  }
}
