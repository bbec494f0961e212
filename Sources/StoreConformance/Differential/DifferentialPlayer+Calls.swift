import InstructorStore

extension DifferentialPlayer {
  /// Makes the call and writes its answer down.
  func answer(to operation: DifferentialOperation) async throws(StoreError) -> String {
    switch operation.call {
    case .createInstructor, .createInstructors, .getInstructor, .getInstructors, .updateInstructor,
      .deleteInstructor, .team, .primary, .assign, .unassign, .replacePrimary, .listInstructors,
      .countInstructors, .leaderboard:
      return try await instructorAnswer(to: operation)
    case .createReviewer, .getReviewer, .updateReviewer, .deleteReviewer:
      return try await reviewerAnswer(to: operation)
    case .createReview, .getReview, .updateReview, .deleteReview, .markHelpful, .report, .page, .search,
      .summary:
      return try await reviewAnswer(to: operation)
    case .getRating, .putRating, .deleteRating, .recompute, .histogram:
      return try await ratingAnswer(to: operation)
    case .ping:
      try await store.ping()
      return "done"
    case .reserve:
      let block = try await store.reserveIDs(.review, count: Int(operation.number ?? 1))
      return "\(block.count) ids"
    }
  }

  private func instructorAnswer(to operation: DifferentialOperation) async throws(StoreError) -> String {
    let instructors = store.instructors
    let id = InstructorID(resolve(operation.id ?? 0, .instructor))
    let course = courseID(of: operation)
    switch operation.call {
    case .createInstructor:
      let created = try await instructors.create(
        newInstructor(operation), isRetry: operation.isRetry ?? false)
      note(created, from: operation)
      return text(of: created)
    case .createInstructors:
      let items = operation.items ?? []
      let created = try await instructors.createMany(items.map { newInstructor($0) })
      for (index, (item, instructor)) in zip(items, created).enumerated() {
        note(instructor, from: item, index: index)
      }
      return created.map { text(of: $0) }.joined(separator: "; ")
    case .getInstructor: return text(of: try await instructors.get(id))
    case .getInstructors:
      let ids = (operation.ids ?? []).map { InstructorID(resolve($0, .instructor)) }
      return try await instructors.get(ids).map { $0.map { text(of: $0) } ?? "none" }.joined(separator: "; ")
    case .updateInstructor:
      let patch = InstructorPatch(
        firstName: operation.text, organization: textPatch(operation), learners: operation.number)
      return text(of: try await instructors.update(id, patch, ifVersion: operation.ifVersion))
    case .deleteInstructor:
      try await instructors.delete(id, ifVersion: operation.ifVersion)
      return "done"
    case .team: return text(of: try await instructors.team(of: course))
    case .primary: return try await instructors.primary(of: course).map { text(of: $0) } ?? "none"
    case .assign:
      let role: CourseRole = operation.primaries?.first == true ? .primary : .assistant
      let assigned = try await instructors.assign(
        CourseAssignment(courseID: course, role: role), to: id, ifVersion: operation.ifVersion)
      return text(of: assigned)
    case .unassign:
      return text(of: try await instructors.unassign(course, from: id, ifVersion: operation.ifVersion))
    case .replacePrimary:
      let former = try await instructors.replacePrimary(of: course, with: id)
      return former.map { name($0.rawValue, .instructor) } ?? "none"
    case .listInstructors:
      let page = try await instructors.list(
        filter(operation), after: cursor(for: operation), limit: operation.limit ?? 1)
      note(page.next, from: operation)
      return page.items.map { text(of: $0) }.joined(separator: "; ") + (page.next == nil ? "" : "; more")
    case .countInstructors:
      return "\(try await instructors.count(filter(operation), upTo: operation.limit ?? 1))"
    default:
      return try await instructors.organizationLeaderboard(limit: operation.limit ?? 1).map { text(of: $0) }
        .joined(separator: "; ")
    }
  }

  private func reviewerAnswer(to operation: DifferentialOperation) async throws(StoreError) -> String {
    let id = ReviewerID(resolve(operation.id ?? 0, .reviewer))
    switch operation.call {
    case .createReviewer:
      let new = NewReviewer(
        id: operation.id == nil ? nil : id, name: operation.text ?? "A", picture: operation.otherText,
        coursesTaken: operation.number ?? 0)
      let created = try await store.reviewers.create(new, isRetry: operation.isRetry ?? false)
      note(created, from: operation)
      return text(of: created)
    case .getReviewer: return text(of: try await store.reviewers.get(id))
    case .updateReviewer:
      let patch = ReviewerPatch(
        name: operation.text, picture: textPatch(operation), coursesTaken: operation.number)
      return text(of: try await store.reviewers.update(id, patch, ifVersion: operation.ifVersion))
    default:
      try await store.reviewers.delete(id, ifVersion: operation.ifVersion)
      return "done"
    }
  }

  private func reviewAnswer(to operation: DifferentialOperation) async throws(StoreError) -> String {
    let reviews = store.reviews
    let id = ReviewID(resolve(operation.id ?? 0, .review))
    let course = courseID(of: operation)
    let limit = operation.limit ?? 1
    switch operation.call {
    case .createReview:
      let new = NewReview(
        id: operation.id == nil ? nil : id, courseID: course,
        reviewerID: ReviewerID(resolve(operation.reviewer ?? 0, .reviewer)),
        stars: Stars(halves: operation.halves ?? 2), comment: operation.text ?? "",
        createdAt: Timestamp(milliseconds: operation.milliseconds ?? 0))
      let created = try await reviews.create(new, isRetry: operation.isRetry ?? false)
      note(created, from: operation)
      return text(of: created)
    case .getReview: return text(of: try await reviews.get(id))
    case .updateReview:
      let patch = ReviewPatch(
        stars: operation.halves.map { Stars(halves: $0) }, comment: operation.text)
      return text(of: try await reviews.update(id, patch, ifVersion: operation.ifVersion))
    case .deleteReview:
      try await reviews.delete(id, ifVersion: operation.ifVersion)
      return "done"
    case .markHelpful: return "\(try await reviews.markHelpful(id))"
    case .report: return "\(try await reviews.report(id))"
    case .page:
      let page = try await reviews.page(
        of: course, order: operation.helpfulFirst == true ? .mostHelpful : .newest,
        stars: operation.halves.map { Stars(halves: $0) }, after: cursor(for: operation), limit: limit)
      note(page.next, from: operation)
      return text(of: page)
    case .search:
      let page = try await reviews.search(
        in: course, for: operation.text ?? "", after: cursor(for: operation), limit: limit)
      note(page.next, from: operation)
      return text(of: page)
    default:
      let summary = try await reviews.summary(of: course, limit: limit)
      note(summary.reviews.next, from: operation)
      return "\(text(of: summary.rating)); \(text(of: summary.reviews))"
    }
  }

  private func ratingAnswer(to operation: DifferentialOperation) async throws(StoreError) -> String {
    let ratings = store.ratings
    let course = courseID(of: operation)
    switch operation.call {
    case .getRating: return text(of: try await ratings.get(course))
    case .putRating:
      var base = StarCounts.zero
      for (stars, count) in zip(Stars.allSteps, operation.counts ?? []) { base[stars] = count }
      return text(of: try await ratings.put(base, for: course, ifVersion: operation.ifVersion))
    case .deleteRating: return text(of: try await ratings.delete(course, ifVersion: operation.ifVersion))
    case .recompute: return text(of: try await ratings.recompute(course))
    default:
      let courses = (operation.courses ?? []).map { CourseID(resolve($0, nil)) }
      return "\(try await ratings.histogram(of: courses))"
    }
  }

  // MARK: Arguments

  private func courseID(of operation: DifferentialOperation) -> CourseID {
    CourseID(resolve(operation.course ?? 0, nil))
  }

  private func newInstructor(_ operation: DifferentialOperation) -> NewInstructor {
    let courses = zip(operation.courses ?? [], operation.primaries ?? []).map { course, isPrimary in
      CourseAssignment(courseID: CourseID(resolve(course, nil)), role: isPrimary ? .primary : .assistant)
    }
    return NewInstructor(
      id: operation.id.map { InstructorID(resolve($0, .instructor)) }, firstName: "F",
      lastName: operation.text ?? "A", organization: operation.otherText, learners: operation.number ?? 0,
      courses: courses)
  }

  private func textPatch(_ operation: DifferentialOperation) -> FieldPatch<String> {
    operation.clear == true ? .clear : operation.otherText.map { .set($0) } ?? .keep
  }

  private func filter(_ operation: DifferentialOperation) -> InstructorFilter {
    InstructorFilter(organization: operation.otherText, lastNamePrefix: operation.text)
  }
}
