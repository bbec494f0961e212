/// A stored reviewer.
///
/// Two reviewers are equal when every field is, texts by their UTF-8 bytes.
public struct Reviewer: Sendable, Codable {
  public var id: ReviewerID
  /// 1 after creation, one more with every ``ReviewerRepository/update(_:_:ifVersion:)`` that names a field. Reviews
  /// leave it alone.
  public var version: Int64
  public var name: String
  /// A URL, for example.
  public var picture: String?
  public var coursesTaken: Int64
  /// How many reviews the reviewer has: derived, always exact.
  public var reviewCount: Int64

  public init(
    id: ReviewerID, version: Int64, name: String, picture: String?, coursesTaken: Int64, reviewCount: Int64
  ) {
    self.id = id
    self.version = version
    self.name = name
    self.picture = picture
    self.coursesTaken = coursesTaken
    self.reviewCount = reviewCount
  }

  /// What `new` becomes when it is stored under `id`: version 1, no reviews.
  public init(_ new: NewReviewer, id: ReviewerID) {
    self.init(
      id: id, version: 1, name: new.name, picture: new.picture, coursesTaken: new.coursesTaken, reviewCount: 0
    )
  }

  /// Whether this is what a create of `new` stored, unchanged since: what a retried create compares.
  package func isUnchanged(_ new: NewReviewer) -> Bool {
    version == 1 && Bytewise.equal(name, new.name) && Bytewise.equal(picture, new.picture)
      && coursesTaken == new.coursesTaken
  }
}

extension Reviewer: Equatable {
  public static func == (left: Self, right: Self) -> Bool {
    left.id == right.id && left.version == right.version && Bytewise.equal(left.name, right.name)
      && Bytewise.equal(left.picture, right.picture) && left.coursesTaken == right.coursesTaken
      && left.reviewCount == right.reviewCount
  }
}

/// A reviewer to be created.
public struct NewReviewer: Sendable {
  /// `nil`: the store draws one. A value is for imports; see ``NewInstructor/id``.
  public var id: ReviewerID?
  public var name: String
  public var picture: String?
  public var coursesTaken: Int64

  public init(id: ReviewerID? = nil, name: String, picture: String? = nil, coursesTaken: Int64 = 0) {
    self.id = id
    self.name = name
    self.picture = picture
    self.coursesTaken = coursesTaken
  }
}

/// A partial update of a reviewer: for a field that is always present, `nil` keeps it.
///
/// An empty patch changes nothing, the version included, yet still checks that the reviewer exists (and `ifVersion`).
public struct ReviewerPatch: Sendable {
  public var name: String?
  public var picture: FieldPatch<String>
  public var coursesTaken: Int64?

  public init(name: String? = nil, picture: FieldPatch<String> = .keep, coursesTaken: Int64? = nil) {
    self.name = name
    self.picture = picture
    self.coursesTaken = coursesTaken
  }

  public var isEmpty: Bool {
    guard case .keep = picture else { return false }
    return name == nil && coursesTaken == nil
  }

  /// `reviewer` with the patch's fields, one version further unless the patch is empty.
  public func applied(to reviewer: Reviewer) -> Reviewer {
    if isEmpty { return reviewer }
    var changed = reviewer
    changed.version += 1
    changed.name = name ?? reviewer.name
    changed.picture = picture.applied(to: reviewer.picture)
    changed.coursesTaken = coursesTaken ?? reviewer.coursesTaken
    return changed
  }

  /// Whether the reviews' authors look different afterwards, so that stores that keep a copy must change it.
  package func changesAuthor(of reviewer: Reviewer) -> Bool {
    let changed = applied(to: reviewer)
    return !Bytewise.equal(changed.name, reviewer.name) || !Bytewise.equal(changed.picture, reviewer.picture)
  }
}
