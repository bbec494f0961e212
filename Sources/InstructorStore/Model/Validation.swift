/// The checks every backend makes before it sends anything. Each throws `invalidArgument` with a reason that
/// names the field and never its value.
package struct Validation: Sendable {
  let call: CallContext
  package init(_ call: CallContext) { self.call = call }

  package func identifier(_ id: some EntityIdentifier, _ field: String = "id") throws(StoreError) {
    guard Limits.identifiers.contains(id.rawValue) else {
      throw call.invalid("\(field) must be from 1 to 2^62 - 1")
    }
  }

  package func text(_ text: String, _ field: String, bytes: ClosedRange<Int>) throws(StoreError) {
    let count = text.utf8.count
    guard bytes.contains(count) else {
      throw call.invalid(
        "\(field) must have from \(bytes.lowerBound) to \(bytes.upperBound) UTF-8 bytes, not \(count)")
    }
    // libpq would cut a text at U+0000 and BSON would keep it: refused on every backend.
    if text.utf8.contains(0) { throw call.invalid("\(field) contains U+0000, which can't be stored") }
  }

  package func text(_ text: String?, _ field: String, bytes: ClosedRange<Int>) throws(StoreError) {
    if let text { try self.text(text, field, bytes: bytes) }
  }

  package func text(_ patch: FieldPatch<String>, _ field: String, bytes: ClosedRange<Int>) throws(StoreError)
  {
    if case .set(let text) = patch { try self.text(text, field, bytes: bytes) }
  }

  package func counter(_ value: Int64?, _ field: String) throws(StoreError) {
    if let value, !Limits.counters.contains(value) {
      throw call.invalid("\(field) must be from 0 to \(Limits.counters.upperBound)")
    }
  }

  package func rating(_ rating: AverageRating?) throws(StoreError) {
    if let rating, !Limits.averageRatingTenths.contains(rating.tenths) {
      throw call.invalid("averageRating must be from 0.0 to 5.0")
    }
  }

  package func size(_ value: Int, _ field: String, _ range: ClosedRange<Int>) throws(StoreError) {
    guard range.contains(value) else {
      throw call.invalid("\(field) must be from \(range.lowerBound) to \(range.upperBound), not \(value)")
    }
  }

  package func version(_ version: Int64?) throws(StoreError) {
    if let version, version < 1 { throw call.invalid("ifVersion must be at least 1") }
  }

  /// What an update or a delete is of.
  package func change(of id: some EntityIdentifier, ifVersion: Int64?) throws(StoreError) {
    try identifier(id)
    try version(ifVersion)
  }

  package func instructor(_ new: NewInstructor) throws(StoreError) {
    if let id = new.id { try identifier(id) }
    try text(new.firstName, "firstName", bytes: Limits.firstNameBytes)
    try text(new.middleInitial, "middleInitial", bytes: Limits.middleInitialBytes)
    try text(new.lastName, "lastName", bytes: Limits.lastNameBytes)
    try text(new.academicTitle, "academicTitle", bytes: Limits.academicTitleBytes)
    try text(new.title, "title", bytes: Limits.titleBytes)
    try text(new.organization, "organization", bytes: Limits.organizationBytes)
    try counter(new.learners, "learners")
    try counter(new.ratingCount, "ratingCount")
    try rating(new.averageRating)
    try courses(new.courses)
  }

  package func instructors(_ items: [NewInstructor]) throws(StoreError) {
    try size(items.count, "the number of instructors", Limits.itemsPerCreate)
    for (index, item) in items.enumerated() {
      do throws(StoreError) { try instructor(item) } catch { throw error.at(index: index) }
    }
  }

  package func patch(_ patch: InstructorPatch) throws(StoreError) {
    try text(patch.firstName, "firstName", bytes: Limits.firstNameBytes)
    try text(patch.middleInitial, "middleInitial", bytes: Limits.middleInitialBytes)
    try text(patch.lastName, "lastName", bytes: Limits.lastNameBytes)
    try text(patch.academicTitle, "academicTitle", bytes: Limits.academicTitleBytes)
    try text(patch.title, "title", bytes: Limits.titleBytes)
    try text(patch.organization, "organization", bytes: Limits.organizationBytes)
    try counter(patch.learners, "learners")
    try counter(patch.ratingCount, "ratingCount")
    if case .set(let value) = patch.averageRating { try rating(value) }
  }

  package func filter(_ filter: InstructorFilter) throws(StoreError) {
    try text(filter.organization, "organization", bytes: Limits.organizationBytes)
    try text(filter.lastNamePrefix, "lastNamePrefix", bytes: Limits.lastNameBytes)
  }

  private func courses(_ courses: [CourseAssignment]) throws(StoreError) {
    guard courses.count <= Limits.coursesPerInstructor else {
      throw call.invalid("an instructor has at most \(Limits.coursesPerInstructor) courses")
    }
    // Most instructors have a handful: a set would cost more than the comparisons.
    if courses.count > 16 {
      guard Set(courses.map(\.courseID)).count == courses.count else {
        throw call.invalid("a course is named twice in courses")
      }
    }
    for (index, course) in courses.enumerated() {
      try identifier(course.courseID, "courseID")
      if courses.count <= 16, courses[..<index].contains(where: { $0.courseID == course.courseID }) {
        throw call.invalid("a course is named twice in courses")
      }
    }
  }
}
