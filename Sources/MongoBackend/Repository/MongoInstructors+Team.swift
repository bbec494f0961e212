import DriverKit
import InstructorStore

extension MongoInstructors {
  func team(of course: CourseID) async throws(StoreError) -> CourseTeam {
    let context = core.call("instructors.team")
    let members = try await core.run(context, .read) { (validation) throws(StoreError) in
      try validation.identifier(course, "courseID")
    } _: { connection, call throws(StoreError) in
      try connection.attempt(call) { () throws(CommandFailure) in try connection.readTeam(of: course, call) }
    }
    guard members.count <= Limits.teamMembers else {
      throw context.error(.resourceExhausted, "the team has more than \(Limits.teamMembers) members")
    }
    var team = CourseTeam(courseID: course, primary: nil, assistants: [])
    team.assistants.reserveCapacity(members.count)
    for member in members {
      if member.courses.contains(.primary(course)) {
        team.primary = member
      } else {
        team.assistants.append(member)
      }
    }
    team.assistants.sort { $0.id < $1.id }
    return team
  }
}

extension MongoConnection {
  /// Everybody on the course, in any order, one more than a team may have at the most: one command over both indexes.
  fileprivate func readTeam(of course: CourseID, _ call: MongoCall) throws(CommandFailure) -> [Instructor] {
    var members: [Instructor] = []
    try find(Collections.instructors, .snapshotRead, call, limit: Limits.teamMembers + 1) { writer in
      writer.document("filter") { writer in
        writer.array("$or") { writer in
          writer.document(at: 0) { $0.append("primaryOf", course.rawValue) }
          writer.document(at: 1) { $0.append("assists", course.rawValue) }
        }
      }
    } each: { (document) throws(CorruptDocument) in
      members.append(try InstructorDocument.decode(document))
    }
    return members
  }
}
