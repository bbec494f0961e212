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

/// What ``NamedCall/every(_:)`` works on: an instructor that exists, and ids and courses that nothing uses.
struct CallSubjects: Sendable {
  let existing: Instructor
  let unusedIDs: [InstructorID]
  let unusedCourse: CourseID

  /// Creates the instructor, as the primary of a course and an assistant of another.
  static func make(_ context: ConformanceContext, in store: any StorageBackend) async throws -> CallSubjects {
    let courses = context.freshCourses(3)
    let existing = try await store.instructors.create(
      context.newInstructor(
        id: context.freshID(), lastName: context.freshName(),
        courses: [.primary(courses[0]), .assistant(courses[1])]))
    return CallSubjects(
      existing: existing, unusedIDs: context.freshIDs(3), unusedCourse: courses[2])
  }
}

extension NamedCall {
  /// Every method with arguments that make it succeed; the writes among them change something.
  static func every(_ subjects: CallSubjects) -> [NamedCall] {
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
  }
}
