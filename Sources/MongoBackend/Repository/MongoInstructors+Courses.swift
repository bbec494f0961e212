import DriverKit
import InstructorStore

extension MongoInstructors {
  func assign(_ assignment: CourseAssignment, to id: InstructorID, ifVersion: Int64?)
    async throws(StoreError) -> Instructor
  {
    let context = core.call("instructors.assign")
    let course = assignment.courseID
    return try await core.run(context, .write) { (validation) throws(StoreError) in
      try validation.change(of: id, ifVersion: ifVersion)
      try validation.identifier(course, "courseID")
    } _: { connection, call throws(StoreError) in
      try connection.change(id, ifVersion, call) { () throws(CommandFailure) in
        try connection.modify(id, ifVersion, call) { writer in
          // The unique index says nothing of a course in both arrays, or twice in one.
          writer.document("primaryOf") { $0.append("$ne", course.rawValue) }
          writer.document("assists") { $0.append("$ne", course.rawValue) }
          writer.document("$expr") { $0.appendHasRoomForACourse() }
        } _: { writer in
          writer.appendCourseUpdate { writer in
            writer.appendCourses(assignment.role.field, adding: course)
          }
        }
      } refusal: { (instructor: Instructor) in
        if instructor.courses.contains(where: { $0.courseID == course }) {
          return context.conflict(.courseAssignment, entityID: id.rawValue)
        }
        return instructor.courses.count < Limits.coursesPerInstructor ? nil : context.tooManyCourses(id)
      }
    }
  }

  func unassign(_ course: CourseID, from id: InstructorID, ifVersion: Int64?)
    async throws(StoreError) -> Instructor
  {
    let context = core.call("instructors.unassign")
    return try await core.run(context, .write) { (validation) throws(StoreError) in
      try validation.change(of: id, ifVersion: ifVersion)
      try validation.identifier(course, "courseID")
    } _: { connection, call throws(StoreError) in
      try connection.change(id, ifVersion, call, refusesBeforeVersion: true) { () throws(CommandFailure) in
        try connection.modify(id, ifVersion, call) { writer in
          writer.array("$or") { writer in
            writer.document(at: 0) { $0.append("primaryOf", course.rawValue) }
            writer.document(at: 1) { $0.append("assists", course.rawValue) }
          }
        } _: { writer in
          writer.appendCourseUpdate { writer in
            writer.appendCourses("primaryOf", removing: course)
            writer.appendCourses("assists", removing: course)
          }
        }
      } refusal: { (instructor: Instructor) in
        instructor.courses.contains { $0.courseID == course }
          ? nil : context.error(.notFound, "the instructor is not on the course", entityID: id.rawValue)
      }
    }
  }
}

extension CallContext {
  func tooManyCourses(_ id: InstructorID) -> StoreError {
    error(
      .resourceExhausted, "an instructor has at most \(Limits.coursesPerInstructor) courses",
      entityID: id.rawValue)
  }
}

extension CourseRole {
  /// The array in the document.
  var field: StaticString {
    switch self {
    case .primary: "primaryOf"
    case .assistant: "assists"
    }
  }

  /// The same, as an expression.
  fileprivate static func path(_ field: StaticString) -> StaticString {
    field.utf8CodeUnitCount == 9 ? "$primaryOf" : "$assists"
  }
}

extension BSONWriter {
  /// The element `update`: a pipeline that sets what `body` writes, and the next version.
  ///
  /// A pipeline, because `$pull` would leave an empty array behind, and two of those collide in the unique index.
  mutating func appendCourseUpdate(_ body: (inout BSONWriter) -> Void) {
    array("update") { writer in
      writer.document(at: 0) { writer in
        writer.document("$set") { writer in
          writer.document("version") { writer in
            writer.array("$add") { writer in
              writer.append(at: 0, "$version")
              writer.append(at: 1, Int64(1))
            }
          }
          body(&writer)
        }
      }
    }
  }

  /// The field with `course` in its place: what is below it, itself, what is above.
  mutating func appendCourses(_ field: StaticString, adding course: CourseID) {
    document(field) { writer in
      writer.array("$concatArrays") { writer in
        writer.document(at: 0) { $0.appendFiltered(field, "$lt", course) }
        writer.array(at: 1) { $0.append(at: 0, course.rawValue) }
        writer.document(at: 2) { $0.appendFiltered(field, "$gt", course) }
      }
    }
  }

  /// The field without `course`; no field at all where nothing is left.
  mutating func appendCourses(_ field: StaticString, removing course: CourseID) {
    document(field) { writer in
      writer.document("$let") { writer in
        writer.document("vars") { writer in
          writer.document("rest") { $0.appendFiltered(field, "$ne", course) }
        }
        writer.document("in") { writer in
          writer.array("$cond") { writer in
            writer.document(at: 0) { writer in
              writer.array("$eq") { writer in
                writer.append(at: 0, "$$rest")
                writer.array(at: 1) { _ in }
              }
            }
            writer.append(at: 1, "$$REMOVE")
            writer.append(at: 2, "$$rest")
          }
        }
      }
    }
  }

  private mutating func appendFiltered(_ field: StaticString, _ comparison: StaticString, _ course: CourseID)
  {
    document("$filter") { writer in
      writer.document("input") { $0.appendArray(field) }
      writer.document("cond") { writer in
        writer.array(comparison) { writer in
          writer.append(at: 0, "$$this")
          writer.append(at: 1, course.rawValue)
        }
      }
    }
  }

  /// The field, or an empty array where it is absent.
  private mutating func appendArray(_ field: StaticString) {
    array("$ifNull") { writer in
      writer.append(at: 0, CourseRole.path(field))
      writer.array(at: 1) { _ in }
    }
  }

  /// An expression: whether there are fewer courses than an instructor may have.
  fileprivate mutating func appendHasRoomForACourse() {
    array("$lt") { writer in
      writer.document(at: 0) { writer in
        writer.array("$add") { writer in
          writer.document(at: 0) { $0.document("$size") { $0.appendArray("primaryOf") } }
          writer.document(at: 1) { $0.document("$size") { $0.appendArray("assists") } }
        }
      }
      writer.append(at: 1, Int64(Limits.coursesPerInstructor))
    }
  }
}
