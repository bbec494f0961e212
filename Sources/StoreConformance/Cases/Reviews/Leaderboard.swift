import InstructorStore

extension StoreConformance {
  static let leaderboardCases: [ConformanceCase] = [
    ConformanceCase(
      "instructors.organizationLeaderboard/order",
      "Organizations come by learners, then by the bytes of their name; those without one count for none."
    ) { context in
      let place = try await context.makeStore()
      try expectEqual(try await place.instructors.organizationLeaderboard(limit: 5), [], "nobody's")
      var expected: [OrganizationStanding] = []
      var items: [NewInstructor] = []
      for (index, name) in (Texts.inByteOrder + Texts.injections.filter { !Texts.inByteOrder.contains($0) })
        .enumerated()
      {
        // Many organizations with equal learners, one with more than 32 bits can count.
        let learners = Int64(index % 4) * 10_000_000_000
        for _ in 0...index % 3 {
          var new = context.newInstructor(organization: name)
          new.learners = learners
          items.append(new)
        }
        expected.append(
          OrganizationStanding(
            organization: name, instructors: Int64(index % 3 + 1), learners: learners * Int64(index % 3 + 1)))
      }
      var nobody = context.newInstructor()
      nobody.learners = 1_000_000_000_000
      items.append(nobody)
      let created = try await place.instructors.createMany(items)
      expected.sort(by: precedes)
      for limit in [1_000, expected.count, 10, 1] {
        try expectEqual(
          try await place.instructors.organizationLeaderboard(limit: limit), Array(expected.prefix(limit)),
          "the first \(limit)")
      }
      // The whole of the first organization leaves; another one's member gains.
      let first = expected[0].organization
      for instructor in created where Bytewise.equal(instructor.organization, first) {
        try await place.instructors.delete(instructor.id)
      }
      let other = created.first { $0.organization != nil && !Bytewise.equal($0.organization, first) }
      guard let other, let name = other.organization else {
        throw ConformanceFailure("expected another organization")
      }
      _ = try await place.instructors.update(
        other.id, InstructorPatch(learners: other.learners + 999_000_000_000))
      expected.removeFirst()
      if let index = expected.firstIndex(where: { Bytewise.equal($0.organization, name) }) {
        expected[index].learners += 999_000_000_000
      }
      expected.sort(by: precedes)
      try expectEqual(
        try await place.openStore().instructors.organizationLeaderboard(limit: 1_000), expected, "afterwards")
    },
    ConformanceCase("instructors.organizationLeaderboard/limit", "A limit is from 1 to 1,000.") { context in
      for limit in [0, -1, 1_001, .min, .max] {
        try await expectError(.invalidArgument, of: "\(limit)") {
          try await context.instructors.organizationLeaderboard(limit: limit)
        }
      }
    },
  ]

  private static func precedes(_ left: OrganizationStanding, _ right: OrganizationStanding) -> Bool {
    left.learners != right.learners
      ? left.learners > right.learners
      : left.organization.utf8.lexicographicallyPrecedes(right.organization.utf8)
  }
}
