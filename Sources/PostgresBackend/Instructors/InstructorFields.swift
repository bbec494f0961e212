/// Where a data model keeps the fields of an instructor, as expressions over a row called `i`.
struct InstructorFields: Sendable {
  let table: String
  /// All of them, in the order that ``InstructorRow`` decodes.
  let all: String
  let version: String
  let learners: String
  /// Texts are compared by bytes.
  let lastName: String
  let firstName: String
  let organization: String

  static let relational = InstructorFields(
    table: "instructors",
    all: """
      i.id, i.version, i.learners, i.rating_count, i.average_rating_tenths, i.first_name, i.middle_initial, \
      i.last_name, i.academic_title, i.title, i.organization, i.primary_of, i.assists
      """,
    version: "i.version", learners: "i.learners", lastName: "i.last_name", firstName: "i.first_name",
    organization: "i.organization")

  /// Taken out of the document by the server: another client could ask for the whole document and take it apart itself.
  static let document = InstructorFields(
    table: "instructor_documents",
    all: """
      i.id, \(number("version")), \(number("learners")), \(number("ratingCount")), \
      (i.document->'averageRatingTenths')::smallint, \(text("firstName")), \(text("middleInitial")), \
      \(text("lastName")), \(text("academicTitle")), \(text("title")), \(text("organization")), \
      \(courses("primaryOf")), \(courses("assists"))
      """,
    version: number("version"), learners: number("learners"), lastName: comparable("lastName"),
    firstName: comparable("firstName"), organization: comparable("organization"))

  private static func number(_ field: String) -> String { "(i.document->'\(field)')::bigint" }
  private static func text(_ field: String) -> String { "i.document->>'\(field)'" }
  private static func comparable(_ field: String) -> String { "(\(text(field))) COLLATE \"C\"" }
  /// `[1, 2]` as `{1, 2}`, which is how an array is written.
  private static func courses(_ field: String) -> String {
    "translate(\(text(field)), '[]', '{}')::bigint[]"
  }
}
