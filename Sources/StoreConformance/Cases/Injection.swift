import InstructorStore

extension StoreConformance {
  static let injectionCases: [ConformanceCase] = [
    ConformanceCase(
      "injection/fields", "What means something to a query language is text like any other, in every field."
    ) {
      context in
      for field in TextField.all {
        let texts = Texts.injections.filter { $0.utf8.count <= field.maximumBytes }
        let created = try await context.instructors.createMany(
          texts.map { text in
            var new = context.newInstructor()
            field.put(text, &new)
            return new
          })
        let stored = try await context.instructors.get(created.map(\.id))
        for (text, instructor) in zip(texts, stored) {
          let read = instructor.flatMap(field.read)
          try expectEqual(
            read.map { Array($0.utf8) }, Array(text.utf8), "\(field.name) given \(text.debugDescription)")
        }
      }
      try await context.store.ping()
    },
    ConformanceCase("injection/updates", "The same in a patch; the other fields stay as they are.") {
      context in
      for field in TextField.all {
        var expected = try await context.instructors.create(Samples.complete())
        for text in Texts.injections where text.utf8.count <= field.maximumBytes {
          let patch = field.patch(text)
          let updated = try await context.instructors.update(expected.id, patch)
          expected = patch.applied(to: expected)
          try expectEqual(updated, expected, "\(field.name) given \(text.debugDescription)")
        }
        try await context.store.expectStored(expected)
      }
    },
    ConformanceCase(
      "injection/organization-filter", "In a filter on the organization it selects exactly that text."
    ) {
      context in
      let place = try await context.makeStore()
      let created = try await place.instructors.createMany(
        Texts.injections.map { context.newInstructor(organization: $0) })
      for (text, instructor) in zip(Texts.injections, created) {
        let filter = InstructorFilter(organization: text)
        try expectEqual(
          try await place.instructors.list(filter, limit: 5).items, [instructor],
          "who is listed for \(text.debugDescription)")
        try expectEqual(
          try await place.instructors.count(filter, upTo: 5), 1, "the count for \(text.debugDescription)")
      }
    },
    ConformanceCase("injection/prefix-filter", "In a prefix it selects exactly the names that start with it.")
    { context in
      let place = try await context.makeStore()
      let created = try await place.instructors.createMany(
        Texts.injections.map { context.newInstructor(lastName: $0) })
      for text in Texts.injections {
        let filter = InstructorFilter(lastNamePrefix: text)
        let expected = created.filter { Bytewise.hasPrefix($0.lastName, text) }.inListOrder()
        try expectEqual(
          try await place.instructors.list(filter, limit: 100).items, expected,
          "who is listed for \(text.debugDescription)")
        try expectEqual(
          try await place.instructors.count(filter, upTo: 100), expected.count,
          "the count for \(text.debugDescription)")
      }
      try expectEqual(
        try await place.instructors.count(.all, upTo: 1_000), Texts.injections.count,
        "how many are there after all")
    },
    ConformanceCase("injection/combined", "500 random combinations of such texts come back byte by byte.") {
      context in
      var random = context.random
      let items = (0..<500).map { _ in
        var new = context.newInstructor()
        for field in TextField.all {
          let pieces = (0..<4).map { _ in Texts.injections.randomElement(using: &random) ?? "'" }
          field.put(pieces.joined().cut(toBytes: field.maximumBytes), &new)
        }
        return new
      }
      let created = try await context.instructors.createMany(items)
      for (item, instructor) in zip(items, created) {
        try expectEqual(instructor, Instructor(item, id: instructor.id), "as returned")
      }
      try expectEqual(try await context.instructors.get(created.map(\.id)), created, "as stored")
      for instructor in created.prefix(50) {
        let filter = InstructorFilter(
          organization: instructor.organization, lastNamePrefix: instructor.lastName)
        let found = try await context.instructors.allPages(filter, limit: 100).flatMap(\.items)
        try expect(found.contains(instructor), "an instructor found by its own texts")
      }
    },
  ]
}

extension String {
  /// The longest part from the start that has no more than `bytes` UTF-8 bytes.
  func cut(toBytes bytes: Int) -> String {
    var scalars = unicodeScalars
    while String(scalars).utf8.count > bytes { scalars.removeLast() }
    return String(scalars)
  }
}
