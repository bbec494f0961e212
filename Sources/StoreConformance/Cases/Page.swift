import InstructorStore

extension StoreConformance {
  static let pageCases: [ConformanceCase] = [
    ConformanceCase(
      "instructors.list/total-order",
      "Pages of any size show everybody once, by last name, first name and id."
    ) { context in
      let place = try await context.makeStore()
      var random = context.random
      // Few names for many instructors: ties are decided by the first name, and then by the id.
      let names = ["Ng", "Ng ", "ng", "N", "Ö", "O\u{308}", "Zhang"]
      let ids = (1...400).map { InstructorID($0 * 3) }.shuffled(using: &random)
      let items = ids.map { id in
        context.newInstructor(
          id: id, firstName: names.randomElement(using: &random) ?? "A",
          lastName: names.randomElement(using: &random) ?? "B")
      }
      let expected = try await place.instructors.createMany(items).inListOrder()
      for limit in [1_000, 400, 399, 64, 7] {
        let pages = try await place.instructors.allPages(.all, limit: limit)
        try expectEqual(pages.flatMap(\.items), expected, "everybody, \(limit) at a time")
        try expectEqual(pages.count, max(1, (400 + limit - 1) / limit), "how many pages of \(limit)")
      }
    },
    ConformanceCase(
      "instructors.list/last-page", "The last page has no cursor, also where it is exactly full or empty."
    ) { context in
      let organization = context.freshName()
      let filter = InstructorFilter(organization: organization)
      let empty = try await context.instructors.list(filter, limit: 1)
      try expect(empty.items.isEmpty && empty.next == nil, "an empty page without a cursor, got \(empty)")
      let items = (0..<6).map { context.newInstructor(lastName: "L\($0)", organization: organization) }
      let created = try await context.instructors.createMany(items)
      for (limit, count) in [(6, 1), (3, 2), (5, 2), (1, 6), (1_000, 1)] {
        let pages = try await context.instructors.allPages(filter, limit: limit)
        try expectEqual(pages.flatMap(\.items), created, "everybody, \(limit) at a time")
        try expectEqual(pages.count, count, "how many pages of \(limit)")
      }
    },
    ConformanceCase(
      "instructors.list/limits", "1 to 1,000 items a page; anything else is an invalid argument."
    ) {
      context in
      let organization = context.freshName()
      let filter = InstructorFilter(organization: organization)
      for limit in [0, -1, 1_001, .max, .min] {
        try await expectError(.invalidArgument, of: "a limit of \(limit)") {
          try await context.instructors.list(filter, limit: limit)
        }
      }
      let items = (0..<1_000).map { context.newInstructor(lastName: "L\($0)", organization: organization) }
      let created = try await context.instructors.createMany(items).inListOrder()
      let page = try await context.instructors.list(filter, limit: 1_000)
      try expectEqual(page.items, created, "the page of 1,000")
      try expectEqual(page.next, nil, "its cursor")
    },
    ConformanceCase("instructors.list/by-bytes", "Names are in the order of their UTF-8 bytes.") { context in
      let organization = context.freshName()
      var random = context.random
      let created = try await context.instructors.createMany(
        Texts.inByteOrder.shuffled(using: &random).map {
          context.newInstructor(firstName: "F", lastName: $0, organization: organization)
        })
      let filter = InstructorFilter(organization: organization)
      for limit in [1_000, 3] {
        let listed = try await context.instructors.allPages(filter, limit: limit).flatMap(\.items)
        try expectEqual(
          listed.map { Array($0.lastName.utf8) }, Texts.inByteOrder.map { Array($0.utf8) },
          "the last names' bytes")
      }
      try expectEqual(created.count, Texts.inByteOrder.count, "how many there are")
      for (index, name) in Texts.inByteOrder.enumerated() {
        _ = try await context.instructors.update(
          created[index].id, InstructorPatch(firstName: name, lastName: "same"))
      }
      let listed = try await context.instructors.allPages(filter, limit: 4).flatMap(\.items)
      try expectEqual(
        listed.map { Array($0.firstName.utf8) }, Texts.inByteOrder.map { Array($0.utf8) },
        "the first names' bytes")
    },
    ConformanceCase(
      "instructors.list/longest-keys", "Names of the greatest length page like any other."
    ) { context in
      let organization = String(repeating: "🎓", count: 124) + context.freshName("")
      let filter = InstructorFilter(
        organization: organization, lastNamePrefix: String(repeating: "🎓", count: 63))
      let names = ["🎓", "🎒", "🏫", "abcd", "~~~~"]
      let items = names.flatMap { last in
        names.map { first in
          context.newInstructor(
            firstName: String(repeating: "🎓", count: 63) + first,
            lastName: String(repeating: "🎓", count: 63) + last, organization: organization)
        }
      }
      let expected = try await context.instructors.createMany(items).inListOrder()
      let pages = try await context.instructors.allPages(filter, limit: 2)
      try expectEqual(pages.flatMap(\.items), expected, "everybody")
    },
    ConformanceCase(
      "instructors.list/after-a-deleted-one",
      "A cursor stays good when the instructor it follows is gone or renamed."
    ) { context in
      let organization = context.freshName()
      let filter = InstructorFilter(organization: organization)
      let created = try await context.instructors.createMany(
        (0..<9).map { context.newInstructor(lastName: "L\($0)", organization: organization) })
      let first = try await context.instructors.list(filter, limit: 3)
      try await context.instructors.delete(created[2].id)
      let second = try await context.secondHandle.instructors.list(filter, after: first.next, limit: 3)
      try expectEqual(second.items, Array(created[3..<6]), "the second page, through another handle")
      _ = try await context.instructors.update(created[5].id, InstructorPatch(lastName: "L0"))
      let third = try await context.instructors.list(filter, after: second.next, limit: 3)
      try expectEqual(third.items, Array(created[6...]), "the third page")
      try expectEqual(third.next, nil, "the cursor after the last one")
    },
    ConformanceCase(
      "instructors.list/while-others-come-and-go",
      "Who is there throughout is shown exactly once by a walk over the pages, while others come and go."
    ) { context in
      let organization = context.freshName()
      let filter = InstructorFilter(organization: organization)
      let stays = try await context.instructors.createMany(
        (0..<120).map {
          context.newInstructor(lastName: "L\($0 % 10)", organization: organization)
        })
      let stayingIDs = Set(stays.map(\.id))
      try await whileReading {
        for round in 0..<60 {
          let guest = try await context.instructors.create(
            context.newInstructor(
              firstName: round % 2 == 0 ? "A" : "Z", lastName: "L\(round % 10)", organization: organization))
          if round % 3 != 0 { try await context.instructors.delete(guest.id) }
          // A change that is none of the key's leaves the order alone.
          _ = try await context.instructors.update(stays[round].id, InstructorPatch(learners: 1))
        }
      } read: {
        let pages = try await context.secondHandle.instructors.allPages(filter, limit: 7)
        let keys = pages.flatMap(\.items).map { InstructorKey($0) }
        for (left, right) in zip(keys, keys.dropFirst()) {
          try expect(InstructorKey.precedes(left, right), "ascending keys over the pages")
        }
        let seen = keys.map(\.id).filter { stayingIDs.contains($0) }
        try expectEqual(seen.count, stays.count, "how many of those who stay were shown")
        try expectEqual(Set(seen), stayingIDs, "who of those who stay was shown")
      }
    },
    ConformanceCase(
      "instructors.list/one-consistent-read",
      "A page is one moment: a pair changed together is never seen half."
    ) { context in
      let organization = context.freshName()
      let filter = InstructorFilter(organization: organization)
      let course = context.freshCourse()
      let pair = try await context.instructors.createMany([
        context.newInstructor(lastName: "A", organization: organization, courses: [.primary(course)]),
        context.newInstructor(lastName: "Z", organization: organization),
      ])
      // What lies between the two makes a page that a server might send in several parts.
      _ = try await context.instructors.createMany(
        (0..<400).map { context.newInstructor(lastName: "M\($0)", organization: organization) })
      try await whileReading {
        for _ in 0..<30 {
          try await context.instructors.replacePrimary(of: course, with: pair[1].id)
          try await context.instructors.replacePrimary(of: course, with: pair[0].id)
        }
      } read: {
        let page = try await context.secondHandle.instructors.list(filter, limit: 1_000)
        try expectEqual(page.items.count, 402, "how many are on the page")
        try expectEqual(page.items.count { !$0.courses.isEmpty }, 1, "how many of them are the primary")
      }
    },
  ]
}

extension InstructorRepository {
  /// Every page of a walk from the first to the last; stops with a failure where the walk doesn't end.
  func allPages(_ filter: InstructorFilter, limit: Int) async throws -> [Page<Instructor>] {
    var pages = [try await list(filter, limit: limit)]
    while let next = pages.last?.next {
      try expect(pages.count < 10_000, "an end of the pages")
      let page = try await list(filter, after: next, limit: limit)
      // It may be empty: what followed has been deleted since. Then it is the last.
      try expect(!page.items.isEmpty || page.next == nil, "an end at a page without items")
      try expect(page.items.count <= limit, "no more than \(limit) items, got \(page.items.count)")
      pages.append(page)
    }
    return pages
  }
}

extension [Instructor] {
  func inListOrder() -> [Instructor] {
    sorted { InstructorKey.precedes(InstructorKey($0), InstructorKey($1)) }
  }
}
