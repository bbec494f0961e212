import InstructorStore

extension StoreConformance {
  static let cursorCases: [ConformanceCase] = [
    ConformanceCase(
      "cursor/encoding", "A cursor is ring 1's encoding of the last item's key, the same everywhere."
    ) {
      context in
      let organization = context.freshName()
      _ = try await context.instructors.createMany(
        ["Ł", "Z", "a"].map { context.newInstructor(lastName: $0, organization: organization) })
      for filter in [
        InstructorFilter(organization: organization),
        InstructorFilter(organization: organization, lastNamePrefix: "Ł"),
        InstructorFilter(lastNamePrefix: "a"), .all,
      ] {
        let page = try await context.instructors.list(filter, limit: 1)
        guard let next = page.next, let last = page.items.last else { continue }
        try expectEqual(next, PageCursor(after: InstructorKey(last), filter: filter), "the cursor")
        try expect(next.token.utf8.count < 2_048, "a token below 2,048 characters")
      }
    },
    ConformanceCase(
      "cursor/tampered",
      "A cursor with any character changed, left out, doubled or added is an invalid argument."
    ) { context in
      let (filter, token) = try await pageWithCursor(context)
      let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=. ")
      let characters = Array(token)
      var random = context.random
      var forged: Set<String> = []
      for index in characters.indices {
        var changed = characters
        // Both the nearest other value (a flip of the lowest bits) and two at random.
        let current = alphabet.firstIndex(of: characters[index]) ?? 0
        for other in [
          current ^ 1, Int.random(in: 0..<64, using: &random),
          Int.random(in: 0..<alphabet.count, using: &random),
        ]
        where alphabet[other] != characters[index] {
          changed[index] = alphabet[other]
          forged.insert(String(changed))
        }
        changed = characters
        changed.remove(at: index)
        forged.insert(String(changed))
        changed.insert(contentsOf: [characters[index], characters[index]], at: index)
        forged.insert(String(changed))
        forged.insert(String(characters[..<index]))
      }
      for suffix in ["A", "=", "==", "\n", " ", "\0", "é"] { forged.insert(token + suffix) }
      forged.remove(token)
      for token in forged.sorted() {
        try await expectError(.invalidArgument, of: "the cursor \(token.debugDescription)") {
          try await context.instructors.list(filter, after: PageCursor(token: token), limit: 2)
        }
      }
    },
    ConformanceCase("cursor/not-one", "A text that never was a cursor is an invalid argument.") { context in
      var texts = ["", " ", "A", "AQ", "null", "0", "💥", "AAAAAAAAAAAAAAAA", "%00", "../..", "{}", "\0"]
      texts += [2_047, 2_048, 2_049, 100_000].map { String(repeating: "A", count: $0) }
      for text in texts {
        try await expectError(.invalidArgument, of: "a cursor of \(text.utf8.count) bytes") {
          try await context.instructors.list(.all, after: PageCursor(token: text), limit: 2)
        }
      }
    },
    ConformanceCase("cursor/foreign-filter", "A cursor of another filter is an invalid argument.") {
      context in
      let (filter, token) = try await pageWithCursor(context)
      let organization = filter.organization ?? ""
      let others = [
        .all, InstructorFilter(organization: organization + "x"),
        InstructorFilter(lastNamePrefix: organization),
        InstructorFilter(organization: organization, lastNamePrefix: "L"),
        InstructorFilter(organization: Samples.composed),
      ]
      for other in others {
        try await expectError(.invalidArgument) {
          try await context.instructors.list(other, after: PageCursor(token: token), limit: 2)
        }
      }
    },
    ConformanceCase(
      "cursor/foreign-normal-form", "NFC and NFD of one organization are two filters, also to a cursor."
    ) { context in
      let name = context.freshName()
      let (one, two) = (name + Samples.composed, name + Samples.decomposed)
      _ = try await context.instructors.createMany(
        (0..<4).map { context.newInstructor(lastName: "L\($0)", organization: $0 % 2 == 0 ? one : two) })
      let page = try await context.instructors.list(InstructorFilter(organization: one), limit: 1)
      try expect(page.next != nil, "a cursor")
      try await expectError(.invalidArgument) {
        try await context.instructors.list(InstructorFilter(organization: two), after: page.next, limit: 1)
      }
    },
    ConformanceCase("cursor/other-limit", "A cursor is good for any page size and may be used again.") {
      context in
      let (filter, token) = try await pageWithCursor(context)
      let everybody = try await context.instructors.list(filter, limit: 100).items
      for limit in [1, 2, 5, 1, 100] {
        let page = try await context.instructors.list(filter, after: PageCursor(token: token), limit: limit)
        try expectEqual(page.items, Array(everybody.dropFirst(2).prefix(limit)), "the page of \(limit)")
      }
    },
  ]

  /// The cursor after the second of six instructors.
  private static func pageWithCursor(_ context: ConformanceContext) async throws -> (InstructorFilter, String)
  {
    let filter = InstructorFilter(organization: context.freshName())
    _ = try await context.instructors.createMany(
      (0..<6).map {
        context.newInstructor(firstName: "Zoë", lastName: "L\($0)", organization: filter.organization)
      })
    guard let next = try await context.instructors.list(filter, limit: 2).next else {
      throw ConformanceFailure("expected a cursor after the second of six")
    }
    return (filter, next.token)
  }
}
