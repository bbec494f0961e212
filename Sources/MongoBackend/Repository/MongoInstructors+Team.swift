import DriverKit
import InstructorStore

extension MongoInstructors {
  func team(of course: CourseID) async throws(StoreError) -> CourseTeam {
    let context = core.call("instructors.team")
    let team: CourseTeam? = try await core.share(context) { (validation) throws(StoreError) in
      try validation.identifier(course, "courseID")
    } _: { answer in
      .team(course, answer)
    }
    guard let team else {
      throw context.error(.resourceExhausted, "the team has more than \(Limits.teamMembers) members")
    }
    return team
  }
}
