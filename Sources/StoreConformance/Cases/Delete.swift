import InstructorStore

extension StoreConformance {
  static let deleteCases: [ConformanceCase] = [
    ConformanceCase(
      "instructors.delete/gone", "A deleted instructor is gone from every read, and its courses are free."
    ) {
      context in
      let courses = context.freshCourses(2)
      let name = context.freshName()
      let created = try await context.instructors.create(
        context.newInstructor(
          lastName: name, organization: name, courses: [.primary(courses[0]), .assistant(courses[1])]))
      let stays = try await context.instructors.create(
        context.newInstructor(lastName: name, organization: name, courses: [.assistant(courses[0])]))
      try await context.instructors.delete(created.id)
      try await context.store.expectAbsent(created.id)
      try await expectError(.notFound, of: "get") { try await context.instructors.get(created.id) }
      try expectEqual(try await context.instructors.primary(of: courses[0]), nil, "the primary")
      try expectEqual(
        try await context.instructors.team(of: courses[0]),
        CourseTeam(courseID: courses[0], primary: nil, assistants: [stays]), "the team")
      try expectEqual(try await context.instructors.team(of: courses[1]).assistants, [], "the other team")
      for filter in [InstructorFilter(organization: name), InstructorFilter(lastNamePrefix: name)] {
        try expectEqual(try await context.instructors.list(filter, limit: 5).items, [stays], "the list")
        try expectEqual(try await context.instructors.count(filter, upTo: 5), 1, "the count")
      }
      _ = try await context.instructors.create(context.newInstructor(courses: [.primary(courses[0])]))
    },
    ConformanceCase(
      "instructors.delete/absent", "Deleting what is not there, or twice, is notFound, with the id."
    ) {
      context in
      let created = try await context.instructors.create(context.newInstructor(id: context.freshID()))
      try await context.instructors.delete(created.id)
      for id in [created.id, context.freshID()] {
        for version in [nil, 1] as [Int64?] {
          let error = try await expectError(.notFound) {
            try await context.instructors.delete(id, ifVersion: version)
          }
          try expectEqual(error.entityID, id.rawValue, "the error's entityID")
        }
      }
    },
    ConformanceCase(
      "instructors.delete/if-version", "With another version it is a conflict and nothing is deleted."
    ) {
      context in
      let courses = [CourseAssignment.primary(context.freshCourse())]
      let created = try await context.instructors.create(context.newInstructor(courses: courses))
      for version: Int64 in [2, 1_000, .max] {
        try await expectError(.conflict, constraint: .version, of: "version \(version)") {
          try await context.instructors.delete(created.id, ifVersion: version)
        }
      }
      try await context.store.expectStored(created)
      try expectEqual(
        try await context.instructors.primary(of: courses[0].courseID), created, "the course's primary")
      try await context.instructors.delete(created.id, ifVersion: 1)
      try await context.store.expectAbsent(created.id)
    },
    ConformanceCase(
      "instructors.delete/racing", "Of 16 deletes at once one succeeds, the others are notFound."
    ) {
      context in
      for _ in 0..<5 {
        let created = try await context.instructors.create(
          context.newInstructor(courses: [.primary(context.freshCourse())]))
        let wins = try await concurrently(16) { task in
          let store = task % 2 == 0 ? context.store : context.secondHandle
          do {
            try await store.instructors.delete(created.id)
            return 1
          } catch let error as StoreError {
            try expectEqual(error.code, .notFound, "how a loser ends")
            return 0
          }
        }
        try expectEqual(wins.reduce(0, +), 1, "how many deletes succeeded")
      }
    },
    ConformanceCase(
      "instructors.delete/most-courses", "An instructor on 500 courses is deleted from all of them."
    ) {
      context in
      let courses = context.freshCourses(500)
      let created = try await context.instructors.create(
        context.newInstructor(
          courses: courses.enumerated().map { index, course in
            CourseAssignment(courseID: course, role: index % 2 == 0 ? .primary : .assistant)
          }))
      try await context.instructors.delete(created.id)
      for course in courses[..<20] {
        try expectEqual(
          try await context.instructors.team(of: course),
          CourseTeam(courseID: course, primary: nil, assistants: []),
          "a team")
      }
    },
  ]
}
