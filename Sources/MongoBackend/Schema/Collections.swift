import InstructorStore

/// The names of everything this backend keeps in its database.
enum Collections {
  static let instructors: StaticString = "instructors"
  static let reviewers: StaticString = "reviewers"
  static let reviews: StaticString = "reviews"
  static let courseRatings: StaticString = "courseRatings"
  /// One document per kind of entity: the last id handed out.
  static let counters: StaticString = "counters"
  /// The version of the schema, the marker of a bulk load, the lease of a migration.
  static let schema: StaticString = "schema"
  /// Which batches of a load that can be gone on with are there; there while such a load is unfinished.
  static let loadProgress: StaticString = "loadProgress"

  /// Whether this library makes a collection of this name. A database with any other is never emptied.
  static func contains(_ name: String) -> Bool {
    CollectionDefinition.all.contains { "\($0.name)" == name }
      || [counters, schema, loadProgress].contains { "\($0)" == name }
  }
}

/// A collection of data: its indexes besides the one over `_id`, and what the server checks of every document.
struct CollectionDefinition: Sendable {
  let name: StaticString
  let indexes: [IndexDefinition]
  /// Writes the elements of the validator, which is a query.
  let validator: @Sendable (inout BSONWriter) -> Void

  static let instructors = CollectionDefinition(
    name: Collections.instructors, indexes: IndexDefinition.instructors
  ) { InstructorValidator.append(to: &$0) }
  static let reviewers = CollectionDefinition(name: Collections.reviewers, indexes: []) {
    ReviewerValidator.append(to: &$0)
  }
  static let reviews = CollectionDefinition(name: Collections.reviews, indexes: IndexDefinition.reviews) {
    ReviewValidator.append(to: &$0)
  }
  static let courseRatings = CollectionDefinition(name: Collections.courseRatings, indexes: []) {
    RatingValidator.append(to: &$0)
  }

  /// In the order in which a bulk load fills them.
  static let all = [instructors, reviewers, reviews, courseRatings]
}

/// The versions of the schema that this code makes and understands.
///
/// 1: instructors. 2: reviewers, reviews and ratings beside them.
enum SchemaVersion {
  /// What `migrate()` brings a database to.
  static let current: Int64 = 2
  /// The oldest code that can work with a database of version `current`. It stands in the schema document, so that
  /// a newer code that only adds things lets this one go on while it is rolled out.
  static let oldestCode: Int64 = 1
}
