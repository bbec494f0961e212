import InstructorStore

extension StoreConformance {
  static let visibilityCases: [ConformanceCase] = [
    ConformanceCase(
      "visibility/other-handle", "What a call did is seen by the next call through another handle."
    ) {
      context in
      let (writer, reader) = (context.store.instructors, context.secondHandle.instructors)
      for round in 0..<20 {
        let name = context.freshName()
        let courses = context.freshCourses(2)
        let filter = InstructorFilter(organization: name)
        let created = try await writer.create(
          context.newInstructor(lastName: name, organization: name, courses: [.primary(courses[0])]))
        try expectEqual(try await reader.get(created.id), created, "get after create, round \(round)")
        try expectEqual(try await reader.list(filter, limit: 5).items, [created], "list after create")
        try expectEqual(try await reader.count(filter, upTo: 5), 1, "count after create")
        try expectEqual(try await reader.primary(of: courses[0]), created, "primary after create")
        let updated = try await writer.update(created.id, InstructorPatch(learners: Int64(round)))
        try expectEqual(try await reader.get([created.id]), [updated], "get many after update")
        let assigned = try await writer.assign(.assistant(courses[1]), to: created.id)
        try expectEqual(try await reader.team(of: courses[1]).assistants, [assigned], "team after assign")
        let left = try await writer.unassign(courses[1], from: created.id)
        try expectEqual(try await reader.team(of: courses[1]).assistants, [], "team after unassign")
        try expectEqual(try await reader.get(created.id), left, "get after unassign")
        let many = try await writer.createMany([context.newInstructor(), context.newInstructor()])
        try expectEqual(try await reader.get(many.map(\.id)), many, "get many after createMany")
        try await writer.replacePrimary(of: courses[0], with: many[0].id)
        try expectEqual(
          try await reader.primary(of: courses[0])?.id, many[0].id, "primary after replacePrimary")
        try await writer.delete(created.id)
        try expectEqual(try await reader.get([created.id]), [nil], "get many after delete")
      }
    },
    ConformanceCase("visibility/to-and-fro", "Two handles that take turns never read a stale version.") {
      context in
      let id = try await context.instructors.create(context.newInstructor()).id
      for round in 0..<100 {
        let (one, other) =
          round % 2 == 0 ? (context.store, context.secondHandle) : (context.secondHandle, context.store)
        let read = try await one.instructors.get(id)
        try expectEqual(read.version, Int64(round + 1), "the version read")
        let updated = try await one.instructors.update(
          id, InstructorPatch(learners: read.learners + 1), ifVersion: read.version)
        try expectEqual(try await other.instructors.get(id), updated, "what the other handle reads")
      }
    },
    ConformanceCase(
      "visibility/never-backwards",
      "A reader never sees a version older than one that was acknowledged or seen before."
    ) { context in
      let id = try await context.instructors.create(context.newInstructor()).id
      let acknowledged = Highest()
      try await whileReading {
        for round in 0..<100 {
          let store = round % 2 == 0 ? context.store : context.secondHandle
          acknowledged.raise(to: try await store.instructors.update(id, InstructorPatch(learners: 1)).version)
        }
      } read: {
        let before = acknowledged.value
        let read = try await context.secondHandle.instructors.get(id)
        try expect(read.version >= before, "version \(before) or later, got \(read.version)")
        acknowledged.raise(to: read.version)
      }
    },
    ConformanceCase("visibility/new-handle", "A handle opened later sees everything.") { context in
      let place = try await context.makeStore()
      let created = try await place.instructors.createMany(
        (1...20).map { Samples.complete(courses: [.primary(CourseID($0))]) })
      let later = try await place.openStore()
      try expectEqual(try await later.instructors.get(created.map(\.id)), created, "everybody")
      try expectEqual(try await later.instructors.primary(of: 7), created[6], "a primary")
      try expectEqual(try await later.instructors.count(.all, upTo: 100), 20, "the count")
      let more = try await later.instructors.create(context.newInstructor())
      try expect(!created.map(\.id).contains(more.id), "an id of its own for what the new handle creates")
    },
  ]
}
