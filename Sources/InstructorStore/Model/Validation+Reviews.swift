extension Validation {
  package func stars(_ stars: Stars?) throws(StoreError) {
    if let stars, !Limits.starHalves.contains(stars.halves) {
      throw call.invalid("stars must be from 1 to 5 by halves")
    }
  }

  package func timestamp(_ time: Timestamp, _ field: String) throws(StoreError) {
    guard Limits.timestampMilliseconds.contains(time.milliseconds) else {
      throw call.invalid("\(field) must be within the years 1 to 9999")
    }
  }

  package func review(_ new: NewReview) throws(StoreError) {
    if let id = new.id { try identifier(id) }
    try identifier(new.courseID, "courseID")
    try identifier(new.reviewerID, "reviewerID")
    try stars(new.stars)
    try text(new.comment, "comment", bytes: Limits.commentBytes)
    try timestamp(new.createdAt, "createdAt")
  }

  package func patch(_ patch: ReviewPatch) throws(StoreError) {
    try stars(patch.stars)
    try text(patch.comment, "comment", bytes: Limits.commentBytes)
  }

  package func reviewer(_ new: NewReviewer) throws(StoreError) {
    if let id = new.id { try identifier(id) }
    try text(new.name, "name", bytes: Limits.reviewerNameBytes)
    try text(new.picture, "picture", bytes: Limits.pictureBytes)
    try counter(new.coursesTaken, "coursesTaken")
  }

  package func patch(_ patch: ReviewerPatch) throws(StoreError) {
    try text(patch.name, "name", bytes: Limits.reviewerNameBytes)
    try text(patch.picture, "picture", bytes: Limits.pictureBytes)
    try counter(patch.coursesTaken, "coursesTaken")
  }

  package func counts(_ counts: StarCounts, _ field: String) throws(StoreError) {
    for count in counts.steps { try counter(count, field) }
  }

  package func ratingVersion(_ version: Int64?) throws(StoreError) {
    if let version, version < 0 { throw call.invalid("ifVersion must not be negative") }
  }

  package func isRetry(_ isRetry: Bool, hasID: Bool) throws(StoreError) {
    if isRetry, !hasID { throw call.invalid("a retried create needs the id of the first attempt") }
  }

  /// The arguments of a listing; returns the key its cursor holds.
  package func listing(_ listing: ReviewListing, after cursor: PageCursor?, limit: Int)
    throws(StoreError) -> ReviewKey?
  {
    switch listing {
    case .page(let course, _, let stars):
      try identifier(course, "courseID")
      try self.stars(stars)
    case .search(let course, let text):
      try identifier(course, "courseID")
      try self.text(text, "the text searched for", bytes: Limits.searchTextBytes)
    }
    try size(limit, "limit", Limits.itemsPerPage)
    return try cursor?.reviewKey(in: listing, call)
  }

  // MARK: Bulk loads

  package func loaded(_ reviewer: Reviewer) throws(StoreError) {
    try identifier(reviewer.id)
    try firstVersion(reviewer.version)
    try text(reviewer.name, "name", bytes: Limits.reviewerNameBytes)
    try text(reviewer.picture, "picture", bytes: Limits.pictureBytes)
    try counter(reviewer.coursesTaken, "coursesTaken")
    try counter(reviewer.reviewCount, "reviewCount")
  }

  package func loaded(_ review: Review) throws(StoreError) {
    try identifier(review.id)
    try firstVersion(review.version)
    try identifier(review.courseID, "courseID")
    try identifier(review.reviewerID, "reviewerID")
    try text(review.reviewerName, "reviewerName", bytes: Limits.reviewerNameBytes)
    try text(review.reviewerPicture, "reviewerPicture", bytes: Limits.pictureBytes)
    try stars(review.stars)
    try text(review.comment, "comment", bytes: Limits.commentBytes)
    try timestamp(review.createdAt, "createdAt")
    try counter(review.helpful, "helpful")
    try counter(review.reported, "reported")
  }

  package func loaded(_ rating: CourseRating) throws(StoreError) {
    try identifier(rating.courseID, "courseID")
    guard rating.version == (rating.base == nil ? 0 : 1) else {
      throw call.invalid("the version of a rating to be loaded must be 1 with a base and 0 without")
    }
    if let base = rating.base { try counts(base, "base") }
    try counts(rating.reviews, "reviews")
  }

  private func firstVersion(_ version: Int64) throws(StoreError) {
    guard version == 1 else { throw call.invalid("the version of a record to be loaded must be 1") }
  }
}
