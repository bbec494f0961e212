import CatalogGenerator
public import InstructorStore

extension Review: CanonicalAnswer {
  public var canonicalText: String { "review \(id) v\(version) \(CanonicalText.content(self))" }
  public func add(to digest: inout TraceDigest) { digest.add(Catalog.contentHash(of: self)) }
}

extension Reviewer: CanonicalAnswer {
  public var canonicalText: String { "reviewer \(id) v\(version) \(CanonicalText.content(self))" }
  public func add(to digest: inout TraceDigest) { digest.add(Catalog.contentHash(of: self)) }
}

extension CourseRating: CanonicalAnswer {
  public var canonicalText: String {
    "rating of \(courseID) v\(version) base \(base?.description ?? "absent") reviews \(reviews) "
      + "shown \(overallRating) of \(totalRatings)"
  }

  /// What is shown follows from the counts.
  public func add(to digest: inout TraceDigest) {
    digest.add(courseID.rawValue)
    digest.add(base?.description)
    digest.add(reviews.description)
  }
}

extension CourseSummary: CanonicalAnswer {
  public var canonicalText: String { "\(rating.canonicalText), reviews \(reviews.canonicalText)" }

  public func add(to digest: inout TraceDigest) {
    rating.add(to: &digest)
    reviews.add(to: &digest)
  }
}

extension StarCounts: CanonicalAnswer {
  public var canonicalText: String { description }
}

extension OrganizationStanding: CanonicalAnswer {
  public var canonicalText: String {
    "\(CanonicalText.text(organization)) instructors \(instructors) learners \(learners)"
  }
}

extension Int64: CanonicalAnswer {
  public var canonicalText: String { String(self) }
}

extension CanonicalText {
  /// Everything but the id and the version.
  static func content(_ review: Review) -> String {
    "(course \(review.courseID) by \(review.reviewerID) \(text(review.reviewerName)) \(text(review.reviewerPicture)) "
      + "stars \(review.stars) \(text(review.comment)) at \(review.createdAt) helpful \(review.helpful) "
      + "reported \(review.reported))"
  }

  /// Everything but the id and the version.
  static func content(_ reviewer: Reviewer) -> String {
    "(\(text(reviewer.name)) \(text(reviewer.picture)) courses \(reviewer.coursesTaken) "
      + "reviews \(reviewer.reviewCount))"
  }

  static func of(_ new: NewReview) -> String {
    "\(new.id.map(\.description) ?? "no id") course \(new.courseID) by \(new.reviewerID) stars \(new.stars) "
      + "\(text(new.comment)) at \(new.createdAt)"
  }
}
