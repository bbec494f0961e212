import CatalogGenerator
import InstructorStore

extension ReviewProbes {
  func listing(
    _ kind: Kind, _ draw: inout Draw, on repository: any ReviewRepository, _ cursors: inout ReviewProbeCursors
  ) async -> ReplayedOperation {
    let limit = 1 + draw.random.below(6)
    var course = draw.course()
    switch kind {
    case .summary, .catalogSummary:
      if kind == .catalogSummary { course = catalog.course(draw.random.below(catalog.courses)) }
      return await ReplayedOperation("summary(of: \(course), limit: \(limit))") {
        [course] () async throws(StoreError) in try await repository.summary(of: course, limit: limit)
      }
    case .search, .nextFound:
      var text = draw.fullText()
      var after: PageCursor?
      if kind == .nextFound, let last = cursors.found { (after, course, text) = last }
      return await found(course, text, after, limit, on: repository, &cursors)
    case .foreignCursor:
      let foreign = PageCursor(
        after: ReviewKey(rank: 3, id: 5), in: .page(catalog.course(0), .newest, Stars(2)))
      return await ReplayedOperation("page(of: \(course), after: a cursor of another course)") {
        [course] () async throws(StoreError) in
        try await repository.page(of: course, order: .newest, stars: nil, after: foreign, limit: limit)
      }
    default:
      var order = ReviewOrder.allCases[draw.random.below(2)]
      var stars = draw.random.below(3) == 0 ? draw.stars() : nil
      var after: PageCursor?
      if kind == .nextPage, let last = cursors.page { (after, course, order, stars) = last }
      if kind == .catalogPage {
        course = catalog.course(catalog.generated.courseIndex(ofReview: draw.random.below(catalog.reviews)))
      }
      return await page(course, order, stars, after, limit, on: repository, &cursors)
    }
  }

  private func page(
    _ course: CourseID, _ order: ReviewOrder, _ stars: Stars?, _ after: PageCursor?, _ limit: Int,
    on repository: any ReviewRepository, _ cursors: inout ReviewProbeCursors
  ) async -> ReplayedOperation {
    var page: Page<Review>?
    let replayed = await ReplayedOperation(
      "page(of: \(course), order: \(order.rawValue), stars: \(stars?.description ?? "all"), "
        + "after: \(after?.token ?? "none"), limit: \(limit))"
    ) { () async throws(StoreError) in
      let answer = try await repository.page(
        of: course, order: order, stars: stars, after: after, limit: limit)
      page = answer
      return answer
    }
    cursors.page = page?.next.map { ($0, course, order, stars) }
    return replayed
  }

  private func found(
    _ course: CourseID, _ text: String, _ after: PageCursor?, _ limit: Int,
    on repository: any ReviewRepository, _ cursors: inout ReviewProbeCursors
  ) async -> ReplayedOperation {
    var page: Page<Review>?
    let replayed = await ReplayedOperation(
      "search(in: \(course), for: \(CanonicalText.text(text)), after: \(after?.token ?? "none"), limit: \(limit))"
    ) { () async throws(StoreError) in
      let answer = try await repository.search(in: course, for: text, after: after, limit: limit)
      page = answer
      return answer
    }
    cursors.found = page?.next.map { ($0, course, text) }
    return replayed
  }

  func rating(_ kind: Kind, _ draw: inout Draw, on store: any StorageBackend) async -> ReplayedOperation {
    let course = draw.course()
    switch kind {
    case .putBase:
      let counts = draw.counts()
      let version = draw.random.below(3) == 0 ? Int64(draw.random.below(3)) : nil
      return await ReplayedOperation("put(\(counts), for: \(course), ifVersion: \(text(version)))") {
        () async throws(StoreError) in try await store.ratings.put(counts, for: course, ifVersion: version)
      }
    case .deleteBase:
      return await ReplayedOperation("delete base(\(course))") { () async throws(StoreError) in
        try await store.ratings.delete(course, ifVersion: nil)
      }
    case .recompute:
      return await ReplayedOperation("recompute(\(course))") { () async throws(StoreError) in
        try await store.ratings.recompute(course)
      }
    case .histogram:
      // The crowd's courses and some of the catalog, one of them perhaps twice.
      let courses = (0..<draw.random.below(8)).map { _ in
        draw.random.below(2) == 0 ? draw.course() : catalog.course(draw.random.below(catalog.courses))
      }
      return await ReplayedOperation("histogram(of: \(courses))") { () async throws(StoreError) in
        try await store.ratings.histogram(of: courses)
      }
    case .leaderboard:
      let limit = 1 + draw.random.below(20)
      return await ReplayedOperation("organizationLeaderboard(limit: \(limit))") {
        () async throws(StoreError) in try await store.instructors.organizationLeaderboard(limit: limit)
      }
    default:
      return await ReplayedOperation("rating(\(course))") { () async throws(StoreError) in
        try await store.ratings.get(course)
      }
    }
  }
}
