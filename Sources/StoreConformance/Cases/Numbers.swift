import InstructorStore

extension StoreConformance {
  static let numberCases: [ConformanceCase] = [
    ConformanceCase(
      "numbers/ratings", "All 51 ratings from 0.0 to 5.0 are stored exactly, by create and by update."
    ) {
      context in
      let created = try await context.instructors.createMany(
        (0...50).map { tenths in
          var new = context.newInstructor()
          new.averageRating = AverageRating(tenths: tenths)
          return new
        })
      let stored = try await context.instructors.get(created.map(\.id))
      try expectEqual(stored.map { $0?.averageRating?.tenths }, (0...50).map { $0 }, "the tenths")
      let id = created[0].id
      for tenths in 0...50 {
        let patch = InstructorPatch(averageRating: .set(AverageRating(tenths: tenths)))
        _ = try await context.instructors.update(id, patch)
        try expectEqual(
          try await context.instructors.get(id).averageRating?.tenths, tenths, "the tenths after an update")
      }
    },
    ConformanceCase("numbers/ratings-out-of-range", "Any other rating is an invalid argument.") { context in
      let created = try await context.instructors.create(Samples.complete())
      for tenths in [-1, 51, 500, .min, .max, Int(Int32.max) + 1, 1 << 32, (1 << 32) + 7] {
        var new = context.newInstructor(id: context.freshID())
        new.averageRating = AverageRating(tenths: tenths)
        try await expectError(.invalidArgument, of: "\(tenths) tenths") { [new] in
          try await context.instructors.create(new)
        }
        try await expectError(.invalidArgument, of: "\(tenths) tenths, in an update") {
          try await context.instructors.update(
            created.id, InstructorPatch(averageRating: .set(AverageRating(tenths: tenths))))
        }
      }
      try await context.store.expectStored(created)
    },
    ConformanceCase(
      "numbers/counters", "Counters from 0 to 10¹² are stored exactly, by create and by update."
    ) {
      context in
      let values: [Int64] = [
        0, 1, 127, 128, 255, 256, 32_767, 32_768, 65_536, (1 << 31) - 1, 1 << 31, (1 << 31) + 1,
        (1 << 32) - 1,
        1 << 32, 999_999_999_999, 1_000_000_000_000,
      ]
      for (value, other) in zip(values, values.reversed()) {
        var new = context.newInstructor()
        new.learners = value
        new.ratingCount = other
        let created = try await context.instructors.create(new)
        try expectEqual(created.learners, value, "learners")
        try expectEqual(created.ratingCount, other, "ratingCount")
        try await context.store.expectStored(created)
        let updated = try await context.instructors.update(
          created.id, InstructorPatch(learners: other, ratingCount: value))
        try expectEqual([updated.learners, updated.ratingCount], [other, value], "both after an update")
        try await context.store.expectStored(updated)
      }
    },
    ConformanceCase(
      "numbers/counters-out-of-range", "Negative counters and those over 10¹² are invalid arguments."
    ) {
      context in
      let created = try await context.instructors.create(Samples.complete())
      let values: [Int64] = [-1, 1_000_000_000_001, .max, .min, (1 << 53) + 1, -(1 << 31)]
      for value in values {
        for (name, isLearners) in [("learners", true), ("ratingCount", false)] {
          var new = context.newInstructor(id: context.freshID())
          if isLearners { new.learners = value } else { new.ratingCount = value }
          try await expectError(.invalidArgument, of: "\(name) of \(value)") { [new] in
            try await context.instructors.create(new)
          }
          try await expectError(.invalidArgument, of: "\(name) of \(value), in an update") {
            try await context.instructors.update(
              created.id,
              InstructorPatch(learners: isLearners ? value : nil, ratingCount: isLearners ? nil : value))
          }
        }
      }
      try await context.store.expectStored(created)
    },
  ]
}
