import InstructorStore

/// The names of everything this backend keeps in its database.
enum Collections {
  static let instructors: StaticString = "instructors"
  /// One document per kind of entity: the last id handed out.
  static let counters: StaticString = "counters"
  /// The version of the schema, the marker of a bulk load, the lease of a migration.
  static let schema: StaticString = "schema"
  /// What a bulk load into an empty store loads into: this and the name of its holder.
  static let loadingPrefix: StaticString = "instructors_loading_"

  /// Whether this library makes a collection of this name. A database with any other is never emptied.
  static func contains(_ name: String) -> Bool {
    [instructors, counters, schema].contains { "\($0)" == name } || name.hasPrefix("\(loadingPrefix)")
  }
}

/// The versions of the schema that this code makes and understands.
enum SchemaVersion {
  /// What `migrate()` brings a database to.
  static let current: Int64 = 1
  /// The oldest code that can work with a database of version `current`. It stands in the schema document, so that
  /// a newer code that only adds things lets this one go on while it is rolled out.
  static let oldestCode: Int64 = 1
}

/// An index, and the query it is for.
struct IndexDefinition {
  let name: StaticString
  let keys: [StaticString]
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

  /// As `Constraint.primaryOfCourse.rawValue`; a test compares them.
  static let primaryOfCourse: StaticString = "primary_of_course"
  static let byName: StaticString = "by_name"
  static let byOrganization: StaticString = "by_organization"

  func append(to writer: inout BSONWriter) {
    writer.document("key") { writer in
      for key in keys { writer.append(key, Int32(1)) }
    }
    writer.append("name", name)
    if isUnique { writer.append("unique", true) }
    if isSparse { writer.append("sparse", true) }
  }
}

/// What the server checks of every document that anybody writes, this library or not.
enum InstructorValidator {
  private static let required: [StaticString] = [
    "_id", "version", "firstName", "lastName", "learners", "ratingCount",
  ]

  /// The elements of `{$jsonSchema: …}`. JSON schema counts characters where ``Limits`` count bytes: these bounds are a
  /// safety net, the limits themselves hold before anything is sent.
  static func append(to writer: inout BSONWriter) {
    writer.document("$jsonSchema") { writer in
      writer.append("bsonType", "object" as StaticString)
      writer.array("required") { writer in
        for (index, name) in required.enumerated() { writer.append(at: index, name) }
      }
      writer.document("properties") { writer in
        appendLong(to: &writer, "_id", Limits.identifiers)
        appendLong(to: &writer, "version", 1...Int64.max)
        appendText(to: &writer, "firstName", Limits.firstNameBytes)
        appendText(to: &writer, "middleInitial", Limits.middleInitialBytes)
        appendText(to: &writer, "lastName", Limits.lastNameBytes)
        appendText(to: &writer, "academicTitle", Limits.academicTitleBytes)
        appendText(to: &writer, "title", Limits.titleBytes)
        appendText(to: &writer, "organization", Limits.organizationBytes)
        appendLong(to: &writer, "learners", Limits.counters)
        writer.document("averageRatingTenths") { writer in
          writer.append("bsonType", "int" as StaticString)
          writer.append("minimum", Int32(Limits.averageRatingTenths.lowerBound))
          writer.append("maximum", Int32(Limits.averageRatingTenths.upperBound))
        }
        appendLong(to: &writer, "ratingCount", Limits.counters)
        appendCourses(to: &writer, "primaryOf")
        appendCourses(to: &writer, "assists")
      }
    }
  }

  private static func appendLong(
    to writer: inout BSONWriter, _ name: StaticString, _ range: ClosedRange<Int64>
  ) {
    writer.document(name) { writer in
      writer.append("bsonType", "long" as StaticString)
      writer.append("minimum", range.lowerBound)
      writer.append("maximum", range.upperBound)
    }
  }

  private static func appendText(to writer: inout BSONWriter, _ name: StaticString, _ bytes: ClosedRange<Int>)
  {
    writer.document(name) { writer in
      writer.append("bsonType", "string" as StaticString)
      writer.append("minLength", Int32(bytes.lowerBound))
      writer.append("maxLength", Int32(bytes.upperBound))
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
