public import InstructorStore

extension Catalog {
  /// A record that is not in the catalog, for workloads that create instructors: as varied as those in it, with the
  /// id `instructorCount + number + 1`, without learners or ratings.
  ///
  /// Courses above ``courseCount`` have no primary instructor in the catalog.
  /// - Parameter number: From 0, below 2⁶¹.
  public func newcomer(_ number: Int, courses: [CourseAssignment] = []) -> NewInstructor {
    var record = NewInstructor(firstName: "", lastName: "", courses: courses)
    record.id = InstructorID(Int64(instructorCount + number) + 1)
    profiles.fill(&record, index: UInt64(instructorCount + number))
    return record
  }
}
