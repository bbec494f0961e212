import InstructorStore

/// How an instructor lies in its document: `_id` is the id, absent values have no field, courses are two arrays of
/// ascending ids. An empty array has no field either: the unique index would take two of them for one value.
enum InstructorDocument {}

extension BSONWriter {
  /// The elements of `instructor`'s document.
  mutating func appendInstructor(_ instructor: Instructor) {
    append("_id", instructor.id.rawValue)
    append("version", instructor.version)
    append("firstName", instructor.firstName)
    if let text = instructor.middleInitial { append("middleInitial", text) }
    append("lastName", instructor.lastName)
    if let text = instructor.academicTitle { append("academicTitle", text) }
    if let text = instructor.title { append("title", text) }
    if let text = instructor.organization { append("organization", text) }
    append("learners", instructor.learners)
    if let rating = instructor.averageRating {
      append("averageRatingTenths", Int32(truncatingIfNeeded: rating.tenths))
    }
    append("ratingCount", instructor.ratingCount)
    appendCourses("primaryOf", .primary, instructor.courses)
    appendCourses("assists", .assistant, instructor.courses)
  }

  /// `courses` is ascending by course id.
  private mutating func appendCourses(_ key: StaticString, _ role: CourseRole, _ courses: [CourseAssignment])
  {
    guard courses.contains(where: { $0.role == role }) else { return }
    array(key) { writer in
      var index = 0
      for course in courses where course.role == role {
        writer.append(at: index, course.courseID.rawValue)
        index += 1
      }
    }
  }
}

extension InstructorDocument {
  /// Decodes a document in one walk; throws for anything that this library would not have written.
  ///
  /// Fields it doesn't know are skipped: a newer code may have added them (the schema document says whether this
  /// code still fits).
  static func decode(_ document: UnsafeRawBufferPointer) throws(CorruptDocument) -> Instructor {
    var fields = Fields()
    var reader = BSONReader(document)
    while let element = try reader.next() { try fields.take(element) }
    return try fields.instructor()
  }

  private struct Fields {
    var id: Int64?
    var version: Int64?
    var firstName: String?
    var middleInitial: String?
    var lastName: String?
    var academicTitle: String?
    var title: String?
    var organization: String?
    var learners: Int64?
    var averageRatingTenths: Int32?
    var ratingCount: Int64?
    var courses: [CourseAssignment] = []

    private static let usualCourses = 6

    mutating func take(_ element: BSONElement) throws(CorruptDocument) {
      // The length tells almost all names apart: one comparison per element.
      switch element.keyLength {
      case 3: if element.isNamed("_id") { id = try element.int64() }
      case 5: if element.isNamed("title") { title = try element.text() }
      case 7:
        if element.isNamed("version") {
          version = try element.int64()
        } else if element.isNamed("assists") {
          try take(element, .assistant)
        }
      case 8:
        if element.isNamed("lastName") {
          lastName = try element.text()
        } else if element.isNamed("learners") {
          learners = try element.int64()
        }
      case 9:
        if element.isNamed("firstName") {
          firstName = try element.text()
        } else if element.isNamed("primaryOf") {
          try take(element, .primary)
        }
      case 11: if element.isNamed("ratingCount") { ratingCount = try element.int64() }
      case 12: if element.isNamed("organization") { organization = try element.text() }
      case 13:
        if element.isNamed("middleInitial") {
          middleInitial = try element.text()
        } else if element.isNamed("academicTitle") {
          academicTitle = try element.text()
        }
      case 19: if element.isNamed("averageRatingTenths") { averageRatingTenths = try element.int32() }
      default: break
      }
    }

    private mutating func take(_ element: BSONElement, _ role: CourseRole) throws(CorruptDocument) {
      guard element.type == .array, let array = element.nested else {
        throw CorruptDocument(reason: "the courses are not an array")
      }
      // Both arrays in one allocation, for nearly everybody.
      if courses.isEmpty { courses.reserveCapacity(Self.usualCourses) }
      var reader = BSONReader(array)
      while let course = try reader.next() {
        let id = try course.int64()
        guard Limits.identifiers.contains(id) else {
          throw CorruptDocument(reason: "a course id is out of range")
        }
        courses.append(CourseAssignment(courseID: CourseID(id), role: role))
      }
    }

    mutating func instructor() throws(CorruptDocument) -> Instructor {
      guard let id, Limits.identifiers.contains(id) else { throw CorruptDocument(reason: "_id is not an id") }
      guard let version, version >= 1 else { throw CorruptDocument(reason: "version is missing or below 1") }
      guard let firstName, let lastName else { throw CorruptDocument(reason: "a name is missing") }
      guard let learners, let ratingCount else { throw CorruptDocument(reason: "a counter is missing") }
      if let averageRatingTenths {
        guard Limits.averageRatingTenths.contains(Int(averageRatingTenths)) else {
          throw CorruptDocument(reason: "averageRatingTenths is out of range")
        }
      }
      try sortCourses()
      return Instructor(
        id: InstructorID(id), version: version, firstName: firstName, middleInitial: middleInitial,
        lastName: lastName, academicTitle: academicTitle, title: title, organization: organization,
        learners: learners, averageRating: averageRatingTenths.map { AverageRating(tenths: Int($0)) },
        ratingCount: ratingCount, courses: courses)
    }

    /// Both arrays as one list, ascending. In place: `sorted` would copy it.
    private mutating func sortCourses() throws(CorruptDocument) {
      guard courses.count > 1 else { return }
      courses.sort { $0.courseID < $1.courseID }
      for index in 1..<courses.count where courses[index - 1].courseID == courses[index].courseID {
        throw CorruptDocument(reason: "a course is there twice")
      }
    }
  }
}
