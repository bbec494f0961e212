import InstructorStore

extension ProbeSequence {
  func reading(_ kind: ProbeKind, _ draw: inout ProbeDraw, on repository: any InstructorRepository)
    async -> ReplayedOperation
  {
    switch kind {
    case .getMany:
      // Present, absent and catalog ids, some twice.
      let ids = (0..<draw.random.below(12)).map { _ in
        draw.random.below(3) == 0 ? catalog.id(draw.random.below(catalog.instructors)) : draw.id()
      }
      return await ReplayedOperation("get([\(ids.map(\.description).joined(separator: ", "))])") {
        () async throws(StoreError) in try await repository.get(ids)
      }
    case .team:
      let course = draw.course()
      return await ReplayedOperation("team(of: \(course))") { () async throws(StoreError) in
        try await repository.team(of: course)
      }
    case .catalogTeam:
      let course = catalog.course(draw.random.below(catalog.courses))
      return await ReplayedOperation("team(of: \(course))") { () async throws(StoreError) in
        try await repository.team(of: course)
      }
    case .primary:
      let course = draw.course()
      return await ReplayedOperation("primary(of: \(course))") { () async throws(StoreError) in
        try await repository.primary(of: course)
      }
    default:
      let id = draw.id()
      return await ReplayedOperation("get(\(id))") { () async throws(StoreError) in
        try await repository.get(id)
      }
    }
  }

  func listing(
    _ kind: ProbeKind, _ draw: inout ProbeDraw, on repository: any InstructorRepository,
    _ cursors: inout ProbeCursors
  ) async -> ReplayedOperation {
    var filter = draw.filter()
    let limit = 1 + draw.random.below(30)
    switch kind {
    case .count:
      let upTo = 1 + draw.random.below(200)
      return await ReplayedOperation("count(\(text(filter)), upTo: \(upTo))") {
        () async throws(StoreError) in try await repository.count(filter, upTo: upTo)
      }
    case .foreignCursor:
      let foreign = PageCursor(
        after: InstructorKey(lastName: "A", firstName: "B", id: 1),
        filter: InstructorFilter(organization: "elsewhere", lastNamePrefix: "A"))
      return await ReplayedOperation("list(\(text(filter)), after: a cursor of another filter)") {
        () async throws(StoreError) in try await repository.list(filter, after: foreign, limit: limit)
      }
    default:
      var after: PageCursor?
      if kind == .nextPage, let last = cursors.last {
        filter = last.filter
        after = last.cursor
      }
      var page: Page<Instructor>?
      let replayed = await ReplayedOperation(
        "list(\(text(filter)), after: \(after?.token ?? "none"), limit: \(limit))"
      ) { () async throws(StoreError) in
        let answer = try await repository.list(filter, after: after, limit: limit)
        page = answer
        return answer
      }
      cursors.last = page?.next.map { ($0, filter) }
      return replayed
    }
  }

  private func text(_ filter: InstructorFilter) -> String {
    "organization \(CanonicalText.text(filter.organization)) prefix \(CanonicalText.text(filter.lastNamePrefix))"
  }

  /// Calls that must be refused before anything is sent.
  func refused(_ draw: inout ProbeDraw, on repository: any InstructorRepository) async -> ReplayedOperation {
    var new = draw.new(draw.id())
    switch draw.random.below(7) {
    case 0: new.lastName = String(repeating: "x", count: Limits.lastNameBytes.upperBound + 1)
    case 1: new.firstName = "nul\u{0}"
    case 2: new.id = 0
    case 3: new.averageRating = AverageRating(tenths: 51)
    case 4: new.courses = [.primary(5), .assistant(5)]
    case 5:
      return await ReplayedOperation("list(all, limit: 0)") { () async throws(StoreError) in
        try await repository.list(.all, after: nil, limit: 0)
      }
    default:
      return await ReplayedOperation("list(all, after: a broken cursor)") { () async throws(StoreError) in
        try await repository.list(.all, after: PageCursor(token: "AAAA"), limit: 10)
      }
    }
    let invalid = new
    return await ReplayedOperation("create(invalid: \(text(invalid)))") { () async throws(StoreError) in
      try await repository.create(invalid, isRetry: false)
    }
  }
}
