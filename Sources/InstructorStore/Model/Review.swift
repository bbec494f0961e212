/// A stored review of a course.
///
/// Two reviews are equal when every field is, texts by their UTF-8 bytes.
public struct Review: Sendable, Codable {
  public var id: ReviewID
  /// 1 after creation, one more with every ``ReviewRepository/update(_:_:ifVersion:)`` that changes something. Votes
  /// and a change of the reviewer leave it alone.
  public var version: Int64
  public var courseID: CourseID
  public var reviewerID: ReviewerID
  /// The reviewer's name and picture as they are now, so that a page of reviews is one read.
  public var reviewerName: String
  public var reviewerPicture: String?
  public var stars: Stars
  public var comment: String
  public var createdAt: Timestamp
  /// How many found it helpful.
  public var helpful: Int64
  /// How many reported it.
  public var reported: Int64

  public init(
    id: ReviewID, version: Int64, courseID: CourseID, reviewerID: ReviewerID, reviewerName: String,
    reviewerPicture: String?, stars: Stars, comment: String, createdAt: Timestamp, helpful: Int64,
    reported: Int64
  ) {
    self.id = id
    self.version = version
    self.courseID = courseID
    self.reviewerID = reviewerID
    self.reviewerName = reviewerName
    self.reviewerPicture = reviewerPicture
    self.stars = stars
    self.comment = comment
    self.createdAt = createdAt
    self.helpful = helpful
    self.reported = reported
  }

  /// What `new` becomes when it is stored under `id`: version 1, no votes.
  public init(_ new: NewReview, id: ReviewID, reviewerName: String, reviewerPicture: String?) {
    self.init(
      id: id, version: 1, courseID: new.courseID, reviewerID: new.reviewerID, reviewerName: reviewerName,
      reviewerPicture: reviewerPicture, stars: new.stars, comment: new.comment, createdAt: new.createdAt,
      helpful: 0, reported: 0)
  }

  /// Whether this is what a create of `new` stored, unchanged since: what a retried create compares.
  package func isUnchanged(_ new: NewReview) -> Bool {
    version == 1 && courseID == new.courseID && reviewerID == new.reviewerID && stars == new.stars
      && createdAt == new.createdAt && Bytewise.equal(comment, new.comment)
  }
}

extension Review: Equatable {
  public static func == (left: Self, right: Self) -> Bool {
    left.id == right.id && left.version == right.version && left.courseID == right.courseID
      && left.reviewerID == right.reviewerID && Bytewise.equal(left.reviewerName, right.reviewerName)
      && Bytewise.equal(left.reviewerPicture, right.reviewerPicture) && left.stars == right.stars
      && Bytewise.equal(left.comment, right.comment) && left.createdAt == right.createdAt
      && left.helpful == right.helpful && left.reported == right.reported
  }
}

/// A review to be created.
public struct NewReview: Sendable {
  /// `nil`: the store draws one. A value is for imports; see ``NewInstructor/id``.
  public var id: ReviewID?
  public var courseID: CourseID
  public var reviewerID: ReviewerID
  public var stars: Stars
  public var comment: String
  public var createdAt: Timestamp

  public init(
    id: ReviewID? = nil, courseID: CourseID, reviewerID: ReviewerID, stars: Stars, comment: String = "",
    createdAt: Timestamp
  ) {
    self.id = id
    self.courseID = courseID
    self.reviewerID = reviewerID
    self.stars = stars
    self.comment = comment
    self.createdAt = createdAt
  }
}

/// A partial update of a review: `nil` keeps a field.
///
/// An empty patch changes nothing, the version included, yet still checks that the review exists (and `ifVersion`).
public struct ReviewPatch: Sendable {
  public var stars: Stars?
  public var comment: String?

  public init(stars: Stars? = nil, comment: String? = nil) {
    self.stars = stars
    self.comment = comment
  }

  public var isEmpty: Bool { stars == nil && comment == nil }

  /// `review` with the patch's fields, one version further unless the patch is empty.
  public func applied(to review: Review) -> Review {
    if isEmpty { return review }
    var changed = review
    changed.version += 1
    changed.stars = stars ?? review.stars
    changed.comment = comment ?? review.comment
    return changed
  }
}
