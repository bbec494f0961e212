import InstructorStore

extension StoreConformance {
  static let filterCases: [ConformanceCase] = [
    ConformanceCase("instructors.filter/organization", "An organization matches exactly, by its bytes.") {
      context in
      let stem = context.freshName()
      let organizations = [
        stem, stem + " ", stem + "x", stem.uppercased(), "\(stem)\(Samples.composed)",
        "\(stem)\(Samples.decomposed)",
        "%\(stem)", "\(stem)%", "\(stem)_", ".*", "^\(stem)$",
      ]
      let created = try await context.instructors.createMany(
        organizations.map { context.newInstructor(organization: $0) })
      for (organization, instructor) in zip(organizations, created) where organization != ".*" {
        let filter = InstructorFilter(organization: organization)
        let page = try await context.instructors.list(filter, limit: 10)
        try expectEqual(page.items, [instructor], "who is listed")
        try expectEqual(try await context.instructors.count(filter, upTo: 10), 1, "the count")
      }
      let unknown = InstructorFilter(organization: context.freshName())
      try expectEqual(
        try await context.instructors.list(unknown, limit: 10).items, [], "an unknown one's list")
      try expectEqual(try await context.instructors.count(unknown, upTo: 10), 0, "an unknown one's count")
    },
    ConformanceCase(
      "instructors.filter/prefix", "A last-name prefix matches by bytes, literally, and itself too."
    ) { context in
      let organization = context.freshName()
      let names = Texts.prefixNames
      let created = try await context.instructors.createMany(
        names.map { context.newInstructor(lastName: $0, organization: organization) })
      for prefix in Texts.prefixes {
        let filter = InstructorFilter(organization: organization, lastNamePrefix: prefix)
        let expected = created.filter { Bytewise.hasPrefix($0.lastName, prefix) }.inListOrder()
        let listed = try await context.instructors.allPages(filter, limit: 3).flatMap(\.items)
        try expectEqual(
          listed.map(\.lastName.debugDescription), expected.map(\.lastName.debugDescription),
          "the names listed for the prefix \(prefix.debugDescription)")
        try expectEqual(listed, expected, "who is listed for the prefix \(prefix.debugDescription)")
        try expectEqual(
          try await context.instructors.count(filter, upTo: 100), expected.count,
          "the count for the prefix \(prefix.debugDescription)")
      }
    },
    ConformanceCase(
      "instructors.filter/prefix-alone", "A prefix without an organization selects over all organizations."
    ) { context in
      let place = try await context.makeStore()
      let created = try await place.instructors.createMany(
        Texts.prefixNames.enumerated().map { index, name in
          context.newInstructor(lastName: name, organization: index % 3 == 0 ? nil : "org \(index % 3)")
        })
      for prefix in Texts.prefixes {
        let filter = InstructorFilter(lastNamePrefix: prefix)
        let expected = created.filter { Bytewise.hasPrefix($0.lastName, prefix) }.inListOrder()
        try expectEqual(
          try await place.instructors.allPages(filter, limit: 2).flatMap(\.items), expected,
          "who is listed for the prefix \(prefix.debugDescription)")
        try expectEqual(
          try await place.instructors.count(filter, upTo: 100), expected.count,
          "the count for the prefix \(prefix.debugDescription)")
      }
    },
    ConformanceCase("instructors.filter/both", "Both conditions must hold, on every page.") { context in
      let (one, two) = (context.freshName(), context.freshName())
      let created = try await context.instructors.createMany(
        (0..<60).map { index in
          context.newInstructor(
            lastName: index % 2 == 0 ? "Ab\(index)" : "Ba\(index)", organization: index % 3 == 0 ? one : two)
        })
      for (organization, prefix) in [(one, "Ab"), (one, "B"), (two, "A"), (two, "Ba3"), (two, "C")] {
        let filter = InstructorFilter(organization: organization, lastNamePrefix: prefix)
        let expected = created.filter { $0.organization == organization && $0.lastName.hasPrefix(prefix) }
        let listed = try await context.instructors.allPages(filter, limit: 4).flatMap(\.items)
        try expectEqual(listed, expected.inListOrder(), "who is listed")
        try expectEqual(try await context.instructors.count(filter, upTo: 100), expected.count, "the count")
      }
    },
    ConformanceCase(
      "instructors.filter/invalid", "Empty texts, texts over the limit and U+0000 are invalid arguments."
    ) { context in
      let filters: [(String, InstructorFilter)] = [
        ("an empty organization", InstructorFilter(organization: "")),
        ("an empty prefix", InstructorFilter(lastNamePrefix: "")),
        ("a long organization", InstructorFilter(organization: String(repeating: "é", count: 256) + "x")),
        ("a long prefix", InstructorFilter(lastNamePrefix: String(repeating: "é", count: 128) + "x")),
        ("U+0000 in an organization", InstructorFilter(organization: "a\0b")),
        ("U+0000 in a prefix", InstructorFilter(lastNamePrefix: "\0")),
      ]
      for (what, filter) in filters {
        try await expectError(.invalidArgument, of: "list with \(what)") {
          try await context.instructors.list(filter, limit: 10)
        }
        try await expectError(.invalidArgument, of: "count with \(what)") {
          try await context.instructors.count(filter, upTo: 10)
        }
      }
      let longest = InstructorFilter(
        organization: String(repeating: "ø", count: 256), lastNamePrefix: String(repeating: "ø", count: 128))
      try expectEqual(
        try await context.instructors.list(longest, limit: 10).items, [], "the longest texts' list")
    },
    ConformanceCase("instructors.count/up-to", "A count stops at upTo and is exact below it.") { context in
      let organization = context.freshName()
      let filter = InstructorFilter(organization: organization)
      let created = try await context.instructors.createMany(
        (0..<50).map { _ in context.newInstructor(organization: organization) })
      for upTo in [1, 2, 49, 50, 51, 1_000_000] {
        try expectEqual(
          try await context.instructors.count(filter, upTo: upTo), min(50, upTo), "the count up to \(upTo)")
      }
      try await context.instructors.delete(created[0].id)
      try expectEqual(try await context.instructors.count(filter, upTo: 100), 49, "the count after a delete")
    },
    ConformanceCase("instructors.count/limits", "upTo is from 1 to 1,000,000.") { context in
      for upTo in [0, -1, 1_000_001, .max, .min] {
        try await expectError(.invalidArgument, of: "up to \(upTo)") {
          try await context.instructors.count(.all, upTo: upTo)
        }
      }
    },
    ConformanceCase("instructors.count/all", "Without a filter everybody is counted.") { context in
      let place = try await context.makeStore()
      try expectEqual(try await place.instructors.count(.all, upTo: 10), 0, "the count of an empty store")
      _ = try await place.instructors.createMany(
        (0..<7).map { context.newInstructor(organization: $0 % 2 == 0 ? nil : "o") })
      try expectEqual(try await place.instructors.count(.all, upTo: 100), 7, "the count")
      try expectEqual(try await place.instructors.count(.all, upTo: 3), 3, "the count up to 3")
    },
  ]
}
