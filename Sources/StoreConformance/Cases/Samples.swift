import InstructorStore

enum Samples {
  /// A new instructor with every field present, and none equal to another.
  static func complete(id: InstructorID? = nil, courses: [CourseAssignment] = []) -> NewInstructor {
    NewInstructor(
      id: id, firstName: "Zoë", middleInitial: "Q.", lastName: "Łukasiewicz", academicTitle: "Ph.D.",
      title: "Director, “Logic” Group", organization: "Uniwersytet Jagielloński", learners: 1_234_567,
      averageRating: AverageRating(tenths: 47), ratingCount: 89_012, courses: courses)
  }

  /// "é" as one scalar (NFC) and as two (NFD): canonically equivalent, and two different texts to a store.
  static let composed = "Jos\u{E9}"
  static let decomposed = "Jose\u{301}"

  /// Values just outside the limits of an id.
  static let invalidIDs: [Int64] = [0, -1, 1 << 62, .max, .min, -(1 << 62)]
  /// Ids and courses at the edges, and those a binary fraction or 32 bits would change.
  static let edgeIDs: [Int64] = [
    1, (1 << 31) - 1, 1 << 31, (1 << 32) - 1, 1 << 32, (1 << 53) - 1, 1 << 53, (1 << 53) + 1, (1 << 62) - 2,
    (1 << 62) - 1,
  ]
}

/// A text field of an instructor, for rules that hold for all of them.
struct TextField: Sendable {
  let name: String
  let maximumBytes: Int
  let isOptional: Bool
  /// A new instructor with this text in the field.
  let put: @Sendable (String, inout NewInstructor) -> Void
  let patch: @Sendable (String) -> InstructorPatch
  let read: @Sendable (Instructor) -> String?

  static let all: [TextField] = [
    TextField(
      name: "firstName", maximumBytes: 256, isOptional: false, put: { $1.firstName = $0 },
      patch: { InstructorPatch(firstName: $0) }, read: { $0.firstName }),
    TextField(
      name: "middleInitial", maximumBytes: 16, isOptional: true, put: { $1.middleInitial = $0 },
      patch: { InstructorPatch(middleInitial: .set($0)) }, read: { $0.middleInitial }),
    TextField(
      name: "lastName", maximumBytes: 256, isOptional: false, put: { $1.lastName = $0 },
      patch: { InstructorPatch(lastName: $0) }, read: { $0.lastName }),
    TextField(
      name: "academicTitle", maximumBytes: 128, isOptional: true, put: { $1.academicTitle = $0 },
      patch: { InstructorPatch(academicTitle: .set($0)) }, read: { $0.academicTitle }),
    TextField(
      name: "title", maximumBytes: 512, isOptional: true, put: { $1.title = $0 },
      patch: { InstructorPatch(title: .set($0)) }, read: { $0.title }),
    TextField(
      name: "organization", maximumBytes: 512, isOptional: true, put: { $1.organization = $0 },
      patch: { InstructorPatch(organization: .set($0)) }, read: { $0.organization }),
  ]
}
