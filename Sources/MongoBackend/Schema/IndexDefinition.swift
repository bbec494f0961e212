import InstructorStore

/// An index, and the query it is for.
struct IndexDefinition {
  let name: StaticString
  let keys: [IndexKey]
  var isUnique = false
  var isSparse = false

  /// All indexes of the collection of instructors besides the one over `_id`.
  static let instructors: [IndexDefinition] = [
    // "A course has at most one primary instructor" is this index's promise: create, createMany, assign and
    // replacePrimary rely on it. Queries: `primary(of:)` and half of `team(of:)`. Sparse, because an absent field
    // would be indexed as null, which only one document could have.
    IndexDefinition(name: primaryOfCourse, keys: ["primaryOf"], isUnique: true, isSparse: true),
    // The other half of `team(of:)`.
    IndexDefinition(name: "assists_on_course", keys: ["assists"], isSparse: true),
    // `list` and `count` of everybody or of a prefix of last names.
    IndexDefinition(name: byName, keys: ["lastName", "firstName", "_id"]),
    // `list` and `count` within one organization, with a prefix of last names or without.
    IndexDefinition(name: byOrganization, keys: ["organization", "lastName", "firstName", "_id"]),
  ]

  /// All indexes of the collection of reviews besides the one over `_id`.
  ///
  /// A page walks its index from its key to the end of the course: it looks at as many keys as it returns. Without the two
  /// that begin with the stars, a page of a rare step would look through most of a popular course.
  static let reviews: [IndexDefinition] = [
    // `page` newest first, `search` and `summary`.
    IndexDefinition(name: byNewest, keys: ["courseId", .descending("createdAt"), .descending("_id")]),
    // `page` most helpful first.
    IndexDefinition(name: byHelpful, keys: ["courseId", .descending("helpful"), .descending("_id")]),
    // `page` newest first of one step of stars; `recompute`, which counts its keys.
    IndexDefinition(
      name: byStarsAndNewest,
      keys: ["courseId", "starHalves", .descending("createdAt"), .descending("_id")]),
    // `page` most helpful first of one step of stars.
    IndexDefinition(
      name: byStarsAndHelpful,
      keys: ["courseId", "starHalves", .descending("helpful"), .descending("_id")]),
    // Renaming or deleting a reviewer.
    IndexDefinition(name: byReviewer, keys: ["reviewerId"]),
  ]

  /// As `Constraint.primaryOfCourse.rawValue`; a test compares them.
  static let primaryOfCourse: StaticString = "primary_of_course"
  static let byName: StaticString = "by_name"
  static let byOrganization: StaticString = "by_organization"
  static let byNewest: StaticString = "by_newest"
  static let byHelpful: StaticString = "by_helpful"
  static let byStarsAndNewest: StaticString = "by_stars_and_newest"
  static let byStarsAndHelpful: StaticString = "by_stars_and_helpful"
  static let byReviewer: StaticString = "by_reviewer"

  func append(to writer: inout BSONWriter) {
    writer.document("key") { writer in
      for key in keys { writer.append(key.field, Int32(key.isDescending ? -1 : 1)) }
    }
    writer.append("name", name)
    if isUnique { writer.append("unique", true) }
    if isSparse { writer.append("sparse", true) }
  }
}

/// A field of an index and its direction.
struct IndexKey: ExpressibleByStringLiteral, Sendable {
  let field: StaticString
  let isDescending: Bool

  init(stringLiteral field: StaticString) {
    self.field = field
    isDescending = false
  }

  private init(field: StaticString, isDescending: Bool) {
    self.field = field
    self.isDescending = isDescending
  }

  static func descending(_ field: StaticString) -> IndexKey { IndexKey(field: field, isDescending: true) }
}
