import InstructorStore

extension StoreConformance {
  static let textCases: [ConformanceCase] = [
    ConformanceCase(
      "text/round-trip", "Every text comes back byte by byte from every field, never normalised."
    ) {
      context in
      for field in TextField.all {
        let texts = Texts.roundTrip.filter { $0.utf8.count <= field.maximumBytes }
        let created = try await context.instructors.createMany(
          texts.map { text in
            var new = context.newInstructor()
            field.put(text, &new)
            return new
          })
        let stored = try await context.secondHandle.instructors.get(created.map(\.id))
        for (text, instructor) in zip(texts, stored) {
          let read = instructor.flatMap(field.read)
          try expectEqual(
            read.map { Array($0.utf8) }, Array(text.utf8), "\(field.name) given \(text.debugDescription)")
        }
      }
    },
    ConformanceCase("text/round-trip-of-updates", "The same for texts that an update sets.") { context in
      let id = try await context.instructors.create(context.newInstructor()).id
      for field in TextField.all {
        for text in Texts.roundTrip where text.utf8.count <= field.maximumBytes {
          let updated = try await context.instructors.update(id, field.patch(text))
          try expectEqual(
            field.read(updated).map { Array($0.utf8) }, Array(text.utf8), "\(field.name), as returned")
          let stored = try await context.instructors.get(id)
          try expectEqual(stored, updated, "\(field.name), as stored")
        }
      }
    },
    ConformanceCase(
      "text/limits-in-bytes",
      "A text of exactly the limit in UTF-8 bytes is stored; one byte more is an invalid argument."
    ) { context in
      for field in TextField.all {
        for scalar in ["x", "é", "中", "🎓"] {
          let bytes = scalar.utf8.count
          let whole = String(repeating: scalar, count: field.maximumBytes / bytes)
          let exact = whole + String(repeating: "x", count: field.maximumBytes - whole.utf8.count)
          var new = context.newInstructor(id: context.freshID())
          field.put(exact, &new)
          let created = try await context.instructors.create(new)
          try expectEqual(field.read(created)?.utf8.count, field.maximumBytes, "\(field.name) of \(scalar)")
          try await context.store.expectStored(created)
          var longer = context.newInstructor(id: context.freshID())
          // One byte over, and with multi-byte scalars far fewer characters than bytes.
          field.put("x" + exact, &longer)
          try await expectError(.invalidArgument, of: "\(field.name), one byte over") { [longer] in
            try await context.instructors.create(longer)
          }
          try await expectError(.invalidArgument, of: "\(field.name), one byte over, in an update") {
            try await context.instructors.update(created.id, field.patch("x" + exact))
          }
          try await context.store.expectStored(created)
        }
      }
    },
    ConformanceCase("text/far-over-the-limit", "A text of megabytes is an invalid argument, at once.") {
      context in
      let huge = String(repeating: "é", count: 1 << 20) + "x"
      for field in TextField.all {
        var new = context.newInstructor(id: context.freshID())
        field.put(huge, &new)
        try await expectError(.invalidArgument, of: field.name) { [new] in
          try await context.instructors.create(new)
        }
      }
    },
    ConformanceCase("text/empty", "An empty text is an invalid argument in every field; absence is nil.") {
      context in
      for field in TextField.all {
        var new = context.newInstructor(id: context.freshID())
        field.put("", &new)
        try await expectError(.invalidArgument, of: field.name) { [new] in
          try await context.instructors.create(new)
        }
        let created = try await context.instructors.create(Samples.complete())
        try await expectError(.invalidArgument, of: "\(field.name), in an update") {
          try await context.instructors.update(created.id, field.patch(""))
        }
        try await context.store.expectStored(created)
      }
    },
    ConformanceCase(
      "text/null-character", "U+0000 anywhere in a text is an invalid argument: never cut, never stored."
    ) { context in
      for field in TextField.all {
        for text in ["\0", "a\0", "\0a", "a\0b", "é\0"] {
          var new = context.newInstructor(id: context.freshID())
          field.put(text, &new)
          try await expectError(.invalidArgument, of: field.name) { [new] in
            try await context.instructors.create(new)
          }
          try await expectError(.invalidArgument, index: 0, of: "\(field.name), in createMany") { [new] in
            try await context.instructors.createMany([new])
          }
          let created = try await context.instructors.create(Samples.complete())
          try await expectError(.invalidArgument, of: "\(field.name), in an update") {
            try await context.instructors.update(created.id, field.patch(text))
          }
          try await context.store.expectStored(created)
        }
      }
    },
    ConformanceCase(
      "text/normal-forms-are-different", "NFC and NFD are two names, two organizations and two prefixes."
    ) {
      context in
      let organization = context.freshName()
      let created = try await context.instructors.createMany([
        context.newInstructor(lastName: Samples.composed, organization: organization),
        context.newInstructor(lastName: Samples.decomposed, organization: organization),
      ])
      // By bytes the second, "Jose" and an accent, is before the first.
      let everybody = try await context.instructors.list(
        InstructorFilter(organization: organization), limit: 5)
      try expectEqual(everybody.items, [created[1], created[0]], "the order")
      for (index, name) in [Samples.composed, Samples.decomposed].enumerated() {
        let filter = InstructorFilter(organization: organization, lastNamePrefix: name)
        try expectEqual(
          try await context.instructors.list(filter, limit: 5).items, [created[index]], "who has the prefix")
      }
    },
  ]
}
