/// The rating repository of an ``InMemoryStore``: what each method promises stands at ``RatingRepository``.
struct InMemoryRatings: RatingRepository {
  let store: InMemoryStore

  func get(_ course: CourseID) async throws(StoreError) -> CourseRating {
    try store.perform("ratings.get") { (check) throws(StoreError) in
      try check.identifier(course, "courseID")
    } body: { (state, _) throws(StoreError) in
      state.reviewTables.rating(course)
    }
  }

  func put(_ base: StarCounts, for course: CourseID, ifVersion: Int64?) async throws(StoreError)
    -> CourseRating
  {
    try store.perform("ratings.put") { (check) throws(StoreError) in
      try check.identifier(course, "courseID")
      try check.counts(base, "base")
      try check.ratingVersion(ifVersion)
    } body: { (state, call) throws(StoreError) in
      try state.setBase(base, of: state.reviewTables.rating(course), ifVersion: ifVersion, call)
    }
  }

  func delete(_ course: CourseID, ifVersion: Int64?) async throws(StoreError) -> CourseRating {
    try store.perform("ratings.delete") { (check) throws(StoreError) in
      try check.identifier(course, "courseID")
      try check.ratingVersion(ifVersion)
    } body: { (state, call) throws(StoreError) in
      let rating = state.reviewTables.rating(course)
      guard rating.base != nil else { throw call.notFound(course) }
      return try state.setBase(nil, of: rating, ifVersion: ifVersion, call)
    }
  }

  func recompute(_ course: CourseID) async throws(StoreError) -> CourseRating {
    try store.perform("ratings.recompute") { (check) throws(StoreError) in
      try check.identifier(course, "courseID")
    } body: { (state, _) throws(StoreError) in
      var rating = state.reviewTables.rating(course)
      rating.reviews = state.reviewTables.countedReviews(of: course)
      state.reviewTables.replace(rating)
      return rating
    }
  }

  func histogram(of courses: [CourseID]) async throws(StoreError) -> StarCounts {
    try store.perform("ratings.histogram") { (check) throws(StoreError) in
      try check.size(courses.count, "the number of courses", Limits.coursesPerHistogram)
      for course in courses { try check.identifier(course, "courseID") }
    } body: { (state, _) throws(StoreError) in
      var sum = StarCounts.zero
      for course in Set(courses) { sum += state.reviewTables.rating(course).counts }
      return sum
    }
  }
}

extension InMemoryState {
  fileprivate mutating func setBase(
    _ base: StarCounts?, of rating: CourseRating, ifVersion: Int64?, _ call: CallContext
  ) throws(StoreError) -> CourseRating {
    if let ifVersion, rating.version != ifVersion {
      throw call.conflict(.version, entityID: rating.courseID.rawValue)
    }
    var changed = rating
    changed.base = base
    changed.version += 1
    reviewTables.replace(changed)
    return changed
  }
}
