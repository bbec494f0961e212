import InstructorStore

extension ProbeSequence {
  func creating(_ kind: ProbeKind, _ draw: inout ProbeDraw, on repository: any InstructorRepository)
    async -> ReplayedOperation
  {
    switch kind {
    case .createMany:
      let items = (0...draw.random.below(4)).map { _ in
        let id = draw.id()
        return draw.new(id)
      }
      return await ReplayedOperation("createMany([\(items.map(text).joined(separator: ", "))])") {
        () async throws(StoreError) in try await repository.createMany(items)
      }
    case .createDrawingID:
      var new = draw.new(nil)
      new.courses = []
      // Backends draw different ids; what is compared is the content, and that the id works.
      return await ReplayedOperation("create without an id, get, delete (\(text(new)))") {
        () async throws(StoreError) in
        let created = try await repository.create(new, isRetry: false)
        let read = try await repository.get(created.id)
        try await repository.delete(created.id, ifVersion: read.version)
        return DrawnIDAnswer(created: created, read: read)
      }
    case .createTaken:
      let taken = draw.new(catalog.id(draw.random.below(catalog.instructors)))
      return await ReplayedOperation("create(\(text(taken)))") { () async throws(StoreError) in
        try await repository.create(taken, isRetry: false)
      }
    default:
      let new = draw.new(draw.id())
      let isRetry = kind == .createRetried
      return await ReplayedOperation("create(\(text(new)), isRetry: \(isRetry))") {
        () async throws(StoreError) in
        guard isRetry else { return try await repository.create(new, isRetry: false) }
        // Twice: the second must find its own content, unless the id was somebody else's.
        _ = try await repository.create(new, isRetry: true)
        return try await repository.create(new, isRetry: true)
      }
    }
  }

  func changing(_ kind: ProbeKind, _ draw: inout ProbeDraw, on repository: any InstructorRepository)
    async -> ReplayedOperation
  {
    let id = draw.id()
    let version: Int64? = draw.random.below(3) == 0 ? Int64(1 + draw.random.below(4)) : nil
    let versionText = version.map { ", ifVersion: \($0)" } ?? ""
    switch kind {
    case .update, .updateVersioned:
      let patch = draw.patch()
      let expected = kind == .update ? nil : version ?? 1
      return await ReplayedOperation(
        "update(\(id), \(ProbeText.of(patch)), ifVersion: \(expected.map(String.init) ?? "none"))"
      ) { () async throws(StoreError) in try await repository.update(id, patch, ifVersion: expected) }
    case .delete:
      return await ReplayedOperation("delete(\(id)\(versionText))") { () async throws(StoreError) in
        try await repository.delete(id, ifVersion: version)
        return Done()
      }
    case .assign:
      let assignment = draw.assignment()
      return await ReplayedOperation(
        "assign(\(assignment.role) of \(assignment.courseID), to: \(id)\(versionText))"
      ) { () async throws(StoreError) in try await repository.assign(assignment, to: id, ifVersion: version) }
    case .unassign:
      let course = draw.course()
      return await ReplayedOperation("unassign(\(course), from: \(id)\(versionText))") {
        () async throws(StoreError) in try await repository.unassign(course, from: id, ifVersion: version)
      }
    default:
      let course = draw.course()
      return await ReplayedOperation("replacePrimary(of: \(course), with: \(id))") {
        () async throws(StoreError) in try await repository.replacePrimary(of: course, with: id)
      }
    }
  }

  func text(_ new: NewInstructor) -> String {
    "\(new.id.map(\.description) ?? "no id") \(CanonicalText.content(Instructor(new, id: new.id ?? 0)))"
  }
}

/// An instructor under an id that the backend drew: everything but that id.
struct DrawnIDAnswer: CanonicalAnswer {
  let created: Instructor
  let read: Instructor
  var canonicalText: String {
    "v\(created.version) \(CanonicalText.content(created)), "
      + (created == read ? "read back the same" : "read back as \(CanonicalText.content(read))")
  }
}

extension ProbeDraw {
  mutating func patch() -> InstructorPatch {
    InstructorPatch(
      firstName: random.below(3) == 0 ? name() : nil, middleInitial: .keep,
      lastName: random.below(3) == 0 ? name() : nil, academicTitle: patched(), title: patched(),
      organization: patched(), learners: random.below(2) == 0 ? Int64(random.below(1_000)) : nil,
      averageRating: random.below(3) == 0 ? .clear : .set(AverageRating(tenths: random.below(51))),
      ratingCount: nil)
  }
}

/// Patches as text.
enum ProbeText {
  static func of(_ patch: InstructorPatch) -> String {
    let fields: [(String, String?)] = [
      ("firstName", patch.firstName.map { CanonicalText.text($0) }),
      ("lastName", patch.lastName.map { CanonicalText.text($0) }),
      ("academicTitle", of(patch.academicTitle) { CanonicalText.text($0) }),
      ("title", of(patch.title) { CanonicalText.text($0) }),
      ("organization", of(patch.organization) { CanonicalText.text($0) }),
      ("learners", patch.learners.map(String.init)),
      ("averageRating", of(patch.averageRating) { $0.description }),
    ]
    return "{" + fields.compactMap { name, text in text.map { "\(name): \($0)" } }.joined(separator: ", ")
      + "}"
  }

  private static func of<Value>(_ patch: FieldPatch<Value>, _ text: (Value) -> String) -> String? {
    switch patch {
    case .keep: nil
    case .clear: "clear"
    case .set(let value): text(value)
    }
  }
}
