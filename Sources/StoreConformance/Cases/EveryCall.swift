import InstructorStore

/// One call of the interface, for rules that hold for all of them.
struct NamedCall: Sendable {
  let name: String
  let run: @Sendable (any StorageBackend) async throws -> Void

  init(_ name: String, _ run: @escaping @Sendable (any StorageBackend) async throws -> Void) {
    self.name = name
    self.run = run
  }
}

/// What ``NamedCall/every(_:)`` works on: an instructor and a rated course with one review that exist, and ids and courses
/// that nothing uses.
struct CallSubjects: Sendable {
  let existing: Instructor
  let unusedIDs: [InstructorID]
  let unusedCourse: CourseID
  let reviewer: Reviewer
  let review: Review
  let rating: CourseRating

  /// Ids alone, for calls that never get so far as to look for anything.
  static var absent: CallSubjects {
    let reviewer = Reviewer(NewReviewer(name: "A"), id: 5)
    return CallSubjects(
      existing: Instructor(Samples.complete(courses: [.primary(1)]), id: 1), unusedIDs: [2, 3, 4],
      unusedCourse: 2, reviewer: reviewer,
      review: Review(.sample(of: 3, by: 5), id: 6, reviewerName: "A", reviewerPicture: nil), rating: .zero(3))
  }

  /// Creates the instructor, as the primary of a course and an assistant of another, a review and its rating.
  static func make(_ context: ConformanceContext, in store: any StorageBackend) async throws -> CallSubjects {
    let courses = context.freshCourses(4)
    let existing = try await store.instructors.create(
      context.newInstructor(
        id: context.freshID(), lastName: context.freshName(),
        courses: [.primary(courses[0]), .assistant(courses[1])]))
    let author = try await store.reviewers.create(NewReviewer(name: "A")).id
    let review = try await store.reviews.create(.sample(of: courses[3], by: author))
    let rating = try await store.ratings.put(StarCounts([Stars(2): 3]), for: courses[3])
    return CallSubjects(
      existing: existing, unusedIDs: context.freshIDs(3), unusedCourse: courses[2],
      reviewer: try await store.reviewers.get(author), review: review, rating: rating)
  }
}

extension NamedCall {
  /// Every method with arguments that make it succeed; the writes among them change something.
  static func every(_ subjects: CallSubjects) -> [NamedCall] {
    everyOfInstructors(subjects) + everyOfReviews(subjects)
  }

  private static func everyOfInstructors(_ subjects: CallSubjects) -> [NamedCall] {
    let id = subjects.existing.id
    let course = subjects.existing.courses[0].courseID
    let unused = subjects.unusedIDs
    let unusedCourse = subjects.unusedCourse
    return [
      NamedCall("ping") { try await $0.ping() },
      NamedCall("reserveIDs") { _ = try await $0.reserveIDs(.instructor, count: 3) },
      NamedCall("get") { _ = try await $0.instructors.get(id) },
      NamedCall("get many") { _ = try await $0.instructors.get([id, unused[0]]) },
      NamedCall("get none") { _ = try await $0.instructors.get([]) },
      NamedCall("team") { _ = try await $0.instructors.team(of: course) },
      NamedCall("primary") { _ = try await $0.instructors.primary(of: course) },
      NamedCall("list") { _ = try await $0.instructors.list(limit: 10) },
      NamedCall("count") { _ = try await $0.instructors.count(.all, upTo: 10) },
      NamedCall("create") {
        _ = try await $0.instructors.create(NewInstructor(id: unused[0], firstName: "A", lastName: "B"))
      },
      NamedCall("create, id drawn") {
        _ = try await $0.instructors.create(
          NewInstructor(firstName: "A", lastName: "B", courses: [.assistant(unusedCourse)]))
      },
      NamedCall("createMany") {
        _ = try await $0.instructors.createMany([
          NewInstructor(id: unused[1], firstName: "A", lastName: "B"),
          NewInstructor(firstName: "A", lastName: "C", courses: [.assistant(unusedCourse)]),
        ])
      },
      NamedCall("update") { _ = try await $0.instructors.update(id, InstructorPatch(firstName: "Changed")) },
      NamedCall("assign") { _ = try await $0.instructors.assign(.assistant(unusedCourse), to: id) },
      NamedCall("unassign") { _ = try await $0.instructors.unassign(course, from: id) },
      NamedCall("replacePrimary") { _ = try await $0.instructors.replacePrimary(of: unusedCourse, with: id) },
      NamedCall("organizationLeaderboard") {
        _ = try await $0.instructors.organizationLeaderboard(limit: 10)
      },
      NamedCall("delete") { try await $0.instructors.delete(id) },
      NamedCall("bulkLoad") { store in
        try await store.bulkLoad(
          BulkLoad(
            instructors: BulkSource(count: 1) { _ in
              [NewInstructor(id: unused[2], firstName: "A", lastName: "B")]
            }))
      },
    ]
  }

  private static func everyOfReviews(_ subjects: CallSubjects) -> [NamedCall] {
    let (review, author, course) = (subjects.review.id, subjects.reviewer.id, subjects.rating.courseID)
    let unused = subjects.unusedIDs.map(\.rawValue)
    return [
      NamedCall("reviews.get") { _ = try await $0.reviews.get(review) },
      NamedCall("reviews.page") { _ = try await $0.reviews.page(of: course, limit: 10) },
      NamedCall("reviews.search") { _ = try await $0.reviews.search(in: course, for: "x", limit: 10) },
      NamedCall("reviews.summary") { _ = try await $0.reviews.summary(of: course, limit: 10) },
      NamedCall("reviewers.get") { _ = try await $0.reviewers.get(author) },
      NamedCall("ratings.get") { _ = try await $0.ratings.get(course) },
      NamedCall("ratings.recompute") { _ = try await $0.ratings.recompute(course) },
      NamedCall("ratings.histogram") { _ = try await $0.ratings.histogram(of: [course]) },
      NamedCall("ratings.histogram of none") { _ = try await $0.ratings.histogram(of: []) },
      NamedCall("reviews.create") {
        _ = try await $0.reviews.create(.sample(id: ReviewID(unused[0]), of: course, by: author))
      },
      NamedCall("reviews.create, id drawn") {
        _ = try await $0.reviews.create(.sample(of: course, by: author))
      },
      NamedCall("reviews.markHelpful") { _ = try await $0.reviews.markHelpful(review) },
      NamedCall("reviews.report") { _ = try await $0.reviews.report(review) },
      NamedCall("reviews.update") { _ = try await $0.reviews.update(review, ReviewPatch(stars: Stars(1))) },
      NamedCall("reviews.delete") { try await $0.reviews.delete(review) },
      NamedCall("reviewers.create") {
        _ = try await $0.reviewers.create(NewReviewer(id: ReviewerID(unused[0]), name: "B"))
      },
      NamedCall("reviewers.update") { _ = try await $0.reviewers.update(author, ReviewerPatch(name: "B")) },
      NamedCall("ratings.put") { _ = try await $0.ratings.put(.zero, for: course) },
      NamedCall("ratings.delete") { _ = try await $0.ratings.delete(course) },
      NamedCall("reviewers.delete") { try await $0.reviewers.delete(author) },
      NamedCall("bulkLoad of reviews") { store in
        try await store.bulkLoad(ReviewRecords(count: 3, firstID: unused[1]).load)
      },
    ]
  }

  /// Methods with an argument outside the limits.
  static let everyInvalid: [NamedCall] = [
    NamedCall("reserveIDs") { _ = try await $0.reserveIDs(.instructor, count: 0) },
    NamedCall("get") { _ = try await $0.instructors.get(0) },
    NamedCall("get many") { _ = try await $0.instructors.get([1, -1]) },
    NamedCall("team") { _ = try await $0.instructors.team(of: 0) },
    NamedCall("primary") { _ = try await $0.instructors.primary(of: -7) },
    NamedCall("list") { _ = try await $0.instructors.list(limit: 0) },
    NamedCall("count") { _ = try await $0.instructors.count(.all, upTo: 0) },
    NamedCall("create") { _ = try await $0.instructors.create(NewInstructor(firstName: "", lastName: "B")) },
    NamedCall("createMany") { _ = try await $0.instructors.createMany([]) },
    NamedCall("update") { _ = try await $0.instructors.update(1, InstructorPatch(firstName: "")) },
    NamedCall("assign") { _ = try await $0.instructors.assign(.primary(0), to: 1) },
    NamedCall("unassign") { _ = try await $0.instructors.unassign(0, from: 1) },
    NamedCall("replacePrimary") { _ = try await $0.instructors.replacePrimary(of: 0, with: 1) },
    NamedCall("delete") { try await $0.instructors.delete(0) },
    NamedCall("organizationLeaderboard") { _ = try await $0.instructors.organizationLeaderboard(limit: 0) },
    NamedCall("reviews.create") { _ = try await $0.reviews.create(.sample(of: 1, by: 1, stars: 3.7)) },
    NamedCall("reviews.get") { _ = try await $0.reviews.get(0) },
    NamedCall("reviews.update") { _ = try await $0.reviews.update(1, ReviewPatch(stars: Stars(0.5))) },
    NamedCall("reviews.delete") { try await $0.reviews.delete(-1) },
    NamedCall("reviews.markHelpful") { _ = try await $0.reviews.markHelpful(0) },
    NamedCall("reviews.report") { _ = try await $0.reviews.report(0) },
    NamedCall("reviews.page") { _ = try await $0.reviews.page(of: 1, limit: 1_001) },
    NamedCall("reviews.search") { _ = try await $0.reviews.search(in: 1, for: "", limit: 1) },
    NamedCall("reviews.summary") { _ = try await $0.reviews.summary(of: 1, limit: 0) },
    NamedCall("reviewers.create") { _ = try await $0.reviewers.create(NewReviewer(name: "")) },
    NamedCall("reviewers.get") { _ = try await $0.reviewers.get(0) },
    NamedCall("reviewers.update") { _ = try await $0.reviewers.update(1, ReviewerPatch(coursesTaken: -1)) },
    NamedCall("reviewers.delete") { try await $0.reviewers.delete(0) },
    NamedCall("ratings.get") { _ = try await $0.ratings.get(0) },
    NamedCall("ratings.put") { _ = try await $0.ratings.put(StarCounts([Stars(1): -1]), for: 1) },
    NamedCall("ratings.delete") { _ = try await $0.ratings.delete(0) },
    NamedCall("ratings.recompute") { _ = try await $0.ratings.recompute(0) },
    NamedCall("ratings.histogram") { _ = try await $0.ratings.histogram(of: [1, 0]) },
  ]

  /// Checks that none of ``every(_:)``'s writes was applied.
  static func expectNothingHappened(
    _ subjects: CallSubjects, in store: any StorageBackend, file: String = #fileID, line: Int = #line
  ) async throws {
    try await store.expectStored(subjects.existing, file: file, line: line)
    for id in subjects.unusedIDs { try await store.expectAbsent(id, file: file, line: line) }
    let team = try await store.instructors.team(of: subjects.unusedCourse)
    try expectEqual(
      team, CourseTeam(courseID: subjects.unusedCourse, primary: nil, assistants: []),
      "the unused course's team",
      file: file, line: line)
    try await store.expectStored(subjects.review, file: file, line: line)
    try await store.expectStored(subjects.reviewer, file: file, line: line)
    try expectEqual(
      try await store.ratings.get(subjects.rating.courseID), subjects.rating, "the rating", file: file,
      line: line)
    for id in subjects.unusedIDs.map(\.rawValue) {
      try await store.expectAbsent(ReviewID(id), file: file, line: line)
      try await store.expectAbsent(ReviewerID(id), file: file, line: line)
    }
  }
}
