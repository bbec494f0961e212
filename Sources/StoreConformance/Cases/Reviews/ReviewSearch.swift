import InstructorStore

extension StoreConformance {
  static let reviewSearchCases: [ConformanceCase] = [
    ConformanceCase(
      "reviews.search/literal", "What means something to a pattern or a query language is found literally."
    ) { context in
      let course = context.freshCourse()
      let comments =
        Texts.injections + [
          "100% sure", "100 sure", "a_b", "aXb", "a\\b", "a.b", "a+b", "aab", "x[a]y", "(?i)",
        ]
      try await expectFinds(comments, of: course, needles: comments, context)
    },
    ConformanceCase(
      "reviews.search/ascii-folding", "A–Z are found as a–z and the reverse; nothing else is folded."
    ) { context in
      let course = context.freshCourse()
      let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
      let comments = [
        letters, letters.lowercased(), "Abc@[`{", "abc@[`{", "ÉCOLE", "École", "école", "e\u{301}cole", "ſ",
        "s", "S", "ß", "ss", "SS", "ẞ", "İstanbul", "istanbul", "ISTANBUL", "ıstanbul", "i\u{307}stanbul",
        "σ",
        "ς", "Σ", "K", "\u{212A}", "k", "Å", "\u{212B}", "å", "ﬁne", "fine", "FINE", "Ǆ", "ǅ", "ǆ", "Ж", "ж",
        "Ａ", "ａ", "A\u{300}", "À", "à",
      ]
      try await expectFinds(
        comments, of: course, needles: comments + ["stan", "Z", "@[`{", "\u{301}"], context)
    },
    ConformanceCase("reviews.search/bytes", "Texts are found by their bytes, never by a normal form.") {
      context in
      let course = context.freshCourse()
      try await expectFinds(
        Texts.inByteOrder.map { "<\($0)>" }, of: course, needles: Texts.inByteOrder + [">", "<a"], context)
    },
    ConformanceCase(
      "reviews.search/lengths",
      "Texts of 1 to 256 bytes are searched for, in comments of up to 8,192; others are invalid arguments."
    ) { context in
      let course = context.freshCourse()
      let author = try await context.makeReviewer()
      let letters = String(repeating: "aBcDeFgH", count: 32)
      let long = String(repeating: "a", count: 8_192 - 256) + letters
      for comment in [long, letters, String(letters.dropLast()), "", String(repeating: "a", count: 300)] {
        _ = try await context.reviews.create(.sample(of: course, by: author.id, comment: comment))
      }
      for (text, count) in [
        (letters.lowercased(), 2), (letters.uppercased(), 2), (String(letters.dropLast()), 3), ("H", 3),
        (String(repeating: "A", count: 256), 2), (String(repeating: "🎓", count: 64), 0),
      ] {
        let found = try await context.reviews.search(in: course, for: text, limit: 10)
        try expectEqual(found.items.count, count, "how many have a text of \(text.utf8.count) bytes")
      }
      for text in ["", letters + "a", String(repeating: "🎓", count: 64) + "a", "\0", "a\0b"] {
        try await expectError(.invalidArgument, of: "a text of \(text.utf8.count) bytes") {
          try await context.reviews.search(in: course, for: text, limit: 10)
        }
      }
    },
    ConformanceCase(
      "reviews.search/pages", "What is found comes newest first in pages that lose and repeat nothing."
    ) { context in
      let place = try await context.makeStore()
      let records = ReviewRecords(count: 200)
      try await place.store.bulkLoad(records.load)
      let expected = records.reviews(ofCourse: 1).filter { $0.comment.contains("“3”") }.inOrder(.newest)
      try expect(expected.count > 3, "a search that finds some")
      for limit in [1_000, expected.count, expected.count - 1, 2, 1] {
        let pages = try await place.store.reviews.allPages(
          in: records.course(1), for: "LESSON “3” W", limit: limit)
        try expectEqual(pages.flatMap(\.items), expected, "what was found, \(limit) at a time")
        try expectEqual(
          pages.count, (expected.count + limit - 1) / limit, "how many pages of \(limit)")
      }
      let none = try await place.store.reviews.search(in: records.course(1), for: "absent", limit: 3)
      try expect(none.items.isEmpty && none.next == nil, "an empty page without a cursor, got \(none)")
    },
    ConformanceCase(
      "reviews.search/follows-edits", "An edited comment is found by its new text, no more by its old one."
    ) { context in
      let course = context.freshCourse()
      let author = try await context.makeReviewer()
      let created = try await context.reviews.create(.sample(of: course, by: author.id, comment: "before"))
      let updated = try await context.reviews.update(created.id, ReviewPatch(comment: "after"))
      let (before, after) = (
        try await context.reviews.search(in: course, for: "before", limit: 5).items,
        try await context.reviews.search(in: course, for: "AFTER", limit: 5).items
      )
      try expectEqual(before, [], "by the old text")
      try expectEqual(after, [updated], "by the new text")
    },
  ]

  /// Stores the comments and compares what each needle finds with what a plain search over the bytes does.
  private static func expectFinds(
    _ comments: [String], of course: CourseID, needles: [String], _ context: ConformanceContext
  ) async throws {
    let author = try await context.makeReviewer()
    for (index, comment) in comments.enumerated() {
      _ = try await context.reviews.create(
        .sample(of: course, by: author.id, comment: comment, at: Int64(-index)))
    }
    for needle in needles {
      let found = try await context.reviews.search(in: course, for: needle, limit: 1_000).items.map(\.comment)
      let expected = comments.filter { contains($0, needle) }
      try expectEqual(
        found.map { Array($0.utf8) }, expected.map { Array($0.utf8) },
        "what \(needle.debugDescription) finds (\(expected))")
    }
  }

  private static func contains(_ text: String, _ needle: String) -> Bool {
    func folded(_ text: String) -> [UInt8] { text.utf8.map { (65...90).contains($0) ? $0 + 32 : $0 } }
    let (text, needle) = (folded(text), folded(needle))
    return text.indices.contains { text[$0...].starts(with: needle) }
  }
}
