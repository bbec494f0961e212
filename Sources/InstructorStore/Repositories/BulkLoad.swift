/// Records that can be made in any order and from several threads at once: record *i* depends on *i* alone.
public struct BulkSource<Record: Sendable>: Sendable {
  public var count: Int
  /// The records with these numbers. Called concurrently with ranges within `0..<count`, outside Swift's
  /// cooperative threads; it must not block.
  public var records: @Sendable (Range<Int>) -> [Record]

  public init(count: Int, records: @escaping @Sendable (Range<Int>) -> [Record]) {
    self.count = count
    self.records = records
  }

  /// No records.
  public static var none: Self { Self(count: 0) { _ in [] } }
}

/// What a bulk load puts into the store. Entities are loaded in the order of the fields.
public struct BulkLoad: Sendable {
  /// Every record needs an id.
  public var instructors: BulkSource<NewInstructor>
  /// As they are to be stored: version 1, with ``Reviewer/reviewCount``.
  public var reviewers: BulkSource<Reviewer>
  /// As they are to be stored: version 1, with their reviewer's name and picture. Sources in the order of courses load
  /// fastest.
  public var reviews: BulkSource<Review>
  /// As they are to be stored: version 1 with a base and 0 without. At most one for a course, and none for a course that was
  /// ever rated: its rating may be kept although it is zero again.
  public var ratings: BulkSource<CourseRating>
  /// Names what is loaded, so that an interrupted load can be gone on with; `nil`: a failed load leaves nothing.
  ///
  /// A load with a key goes into an empty store only, or else is `invalidArgument`. Where it ends because its task was
  /// cancelled, its process or its server died, or the server could not be reached or had no more room, what it has loaded
  /// stays, and nobody can read it: every call but `bulkLoad` is `schemaMismatch`. The next load with the same key and as
  /// many records of each source asks for the records that are missing, and finishes; the sources must make the same
  /// records for the same numbers. One with another key, or of another size, is a `conflict` with
  /// ``Constraint/interruptedLoad``; one without a key removes what is there and begins anew. A record that can't be
  /// stored ends a load as it does without a key: nothing stays.
  ///
  /// A store that lives in memory keeps nothing of an interrupted load and begins anew.
  public var resumeKey: String?
  /// Told about progress now and then, from an arbitrary thread. It must return quickly.
  public var onProgress: (@Sendable (BulkLoadProgress) -> Void)?

  public init(
    instructors: BulkSource<NewInstructor> = .none, reviewers: BulkSource<Reviewer> = .none,
    reviews: BulkSource<Review> = .none, ratings: BulkSource<CourseRating> = .none,
    resumeKey: String? = nil, onProgress: (@Sendable (BulkLoadProgress) -> Void)? = nil
  ) {
    self.instructors = instructors
    self.reviewers = reviewers
    self.reviews = reviews
    self.ratings = ratings
    self.resumeKey = resumeKey
    self.onProgress = onProgress
  }

  /// Records of all sources together.
  public var recordCount: Int { counts.reduce(0, +) }

  package var counts: [Int] { [instructors.count, reviewers.count, reviews.count, ratings.count] }

  /// Names the load and everything that the numbers of its parts depend on; `nil` for one that can't be gone on with.
  ///
  /// - Parameter unit: Records of a part.
  package func resumeName(unit: Int) -> String? {
    resumeKey.map { "\($0): \(counts.map(String.init).joined(separator: ", ")) records by \(unit)" }
  }

  /// Whether what is loaded stays after `error`: another try may get further.
  package func stays(after error: StoreError) -> Bool {
    guard resumeKey != nil else { return false }
    switch error.code {
    case .invalidArgument, .conflict, .referenceViolation: return false
    default: return true
    }
  }
}

public struct BulkLoadResult: Sendable, Equatable {
  public var instructors: Int
  public var assignments: Int
  public var reviewers: Int
  public var reviews: Int
  public var ratings: Int

  public init(instructors: Int, assignments: Int, reviewers: Int = 0, reviews: Int = 0, ratings: Int = 0) {
    self.instructors = instructors
    self.assignments = assignments
    self.reviewers = reviewers
    self.reviews = reviews
    self.ratings = ratings
  }
}
