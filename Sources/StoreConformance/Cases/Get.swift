import InstructorStore

extension StoreConformance {
  static let getCases: [ConformanceCase] = [
    ConformanceCase("instructors.get/absent", "An id that nobody has is notFound, with the id.") { context in
      let id = context.freshID()
      let error = try await expectError(.notFound) { try await context.instructors.get(id) }
      try expectEqual(error.entityID, id.rawValue, "the error's entityID")
      try expectEqual(error.backend, context.store.name, "the error's backend")
    },
    ConformanceCase(
      "instructors.get/many-in-order",
      "Get of many ids answers in the order asked, nil where there is none, repeats included."
    ) { context in
      let ids = context.freshIDs(6)
      var created: [Instructor] = []
      for id in [ids[4], ids[0], ids[2]] {
        created.append(try await context.instructors.create(Samples.complete(id: id)))
      }
      let (five, one, three) = (created[0], created[1], created[2])
      let asked = [ids[2], ids[1], ids[0], ids[4], ids[2], ids[5], ids[3]]
      try expectEqual(
        try await context.instructors.get(asked), [three, nil, one, five, three, nil, nil], "the answers")
    },
    ConformanceCase("instructors.get/no-ids", "Get of no ids answers nothing.") { context in
      try expectEqual(try await context.instructors.get([]), [], "the answers")
    },
    ConformanceCase(
      "instructors.get/most-ids", "1,000 ids are accepted, 1,001 are an invalid argument."
    ) { context in
      let ids = context.freshIDs(1_001)
      let items = ids.prefix(1_000).map { Samples.complete(id: $0) }
      let created = try await context.instructors.createMany(items)
      let asked = Array(ids.prefix(1_000).reversed())
      try expectEqual(try await context.instructors.get(asked), created.reversed(), "the answers")
      try await expectError(.invalidArgument) { try await context.instructors.get(ids) }
    },
    ConformanceCase(
      "instructors.get/large-documents", "1,000 instructors with every text at its limit come back complete."
    ) { context in
      let items = context.freshIDs(1_000).map { id in
        var new = Samples.complete(id: id)
        for field in TextField.all { field.put(String(repeating: "é", count: field.maximumBytes / 2), &new) }
        return new
      }
      let created = try await context.instructors.createMany(items)
      try expectEqual(try await context.instructors.get(created.map(\.id)), created, "the answers")
    },
    ConformanceCase(
      "instructors.get/one-consistent-read",
      "Get of many sees either all of a replaced primary or nothing of it."
    ) { context in
      let course = context.freshCourse()
      let first = try await context.instructors.create(context.newInstructor(courses: [.primary(course)]))
      let second = try await context.instructors.create(context.newInstructor())
      try await whileReading {
        for _ in 0..<40 {
          try await context.instructors.replacePrimary(of: course, with: second.id)
          try await context.instructors.replacePrimary(of: course, with: first.id)
        }
      } read: {
        let pair = try await context.secondHandle.instructors.get([first.id, second.id])
        let primaries = pair.compactMap { $0 }.filter { !$0.courses.isEmpty }
        try expectEqual(primaries.count, 1, "how many of the two are the course's primary")
      }
    },
  ]
}
