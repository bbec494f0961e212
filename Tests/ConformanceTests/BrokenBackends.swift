import InstructorStore
import StoreConformance
import StoreDecorators

/// A way to get the contract wrong that a careless backend would fall for.
enum Defect: String, CaseIterable, CustomStringConvertible {
  /// A page in the order of ids: `ORDER BY` forgotten.
  case forgottenOrder
  /// The conflict on a course's primary is reported as a success.
  case swallowedPrimaryConflict
  /// `ifVersion` is accepted and ignored.
  case ignoredVersion
  /// Texts are normalised before they are stored.
  case normalisedTexts
  /// `createMany` creates one by one and stops at the first failure.
  case createManyInPieces
  /// Replacing a primary is two calls: unassign, then assign.
  case replacePrimaryInTwoSteps
  /// A team is read member by member.
  case teamCutShort
  /// The last page carries a cursor.
  case cursorAfterTheEnd
  /// Deadlines are not looked at.
  case ignoredDeadline
  /// A second handle answers from a copy that is not kept up to date.
  case staleReads
  /// The constraint's name is lost on the way.
  case namelessConstraint
  /// A page of reviews in the order of ids.
  case unorderedReviews
  /// Stars are kept as whole numbers.
  case roundedStars
  /// A rating is read, changed and written back without a lock.
  case lostRatingUpdate
  /// A search folds case as the language does, and finds canonical equivalents.
  case foldedSearch
  /// A cursor of one order or filter is taken by another.
  case unboundReviewCursor
  /// A create of a taken id answers with what is there.
  case swallowedReviewConflict
  /// The reviews of a deleted reviewer stay in the ratings.
  case forgetfulCascade

  var description: String { rawValue }

  /// Cases that must find the defect, among others.
  var foundBy: Set<String> {
    switch self {
    case .forgottenOrder: ["instructors.list/total-order", "instructors.list/by-bytes"]
    case .swallowedPrimaryConflict:
      ["instructors.create/second-primary", "primary-race/create", "instructors.create/errors-in-order"]
    case .ignoredVersion: ["versions/if-version", "versions/one-winner-each", "instructors.update/empty"]
    case .normalisedTexts:
      ["text/round-trip", "text/normal-forms-are-different", "instructors.create-retry/other-normal-form"]
    case .createManyInPieces:
      ["instructors.createMany/taken-id", "instructors.createMany/all-or-none-to-readers"]
    case .replacePrimaryInTwoSteps:
      ["instructors.replacePrimary/unknown-instructor", "instructors.replacePrimary/assistant"]
    case .teamCutShort: ["instructors.team/most-members", "instructors.team/most-assistants"]
    case .cursorAfterTheEnd: ["instructors.list/last-page", "instructors.list/total-order"]
    case .ignoredDeadline: ["deadlines/zero-or-less", "deadlines/scope"]
    case .staleReads: ["visibility/other-handle", "visibility/to-and-fro"]
    case .namelessConstraint: ["instructors.create/explicit-id-taken", "primary-race/assign"]
    case .unorderedReviews: ["reviews.page/total-order", "reviews.page/moves-with-votes"]
    case .roundedStars: ["reviews.create/every-step", "reviews.create/stored"]
    case .lostRatingUpdate: ["aggregates/sixteen-writers", "aggregates/hot-course"]
    case .foldedSearch: ["reviews.search/ascii-folding", "reviews.search/bytes"]
    case .unboundReviewCursor: ["reviews.cursor/foreign"]
    case .swallowedReviewConflict:
      ["reviews.create/explicit-id-taken", "reviews.create-retry/other-content"]
    case .forgetfulCascade: ["reviewers.delete/cascade", "aggregates/author-deleted-while-writing"]
    }
  }
}

/// ``InMemoryStore`` with one defect.
struct BrokenTarget: ConformanceTarget {
  let defect: Defect
  var name: String { "memory with \(defect)" }

  func makeNamespace() async throws -> any StoreNamespace { Namespace(defect: defect) }

  private struct Namespace: StoreNamespace {
    let defect: Defect
    let origin = InMemoryStore()
    let shown = ShownCounts()
    func openStore() async throws -> any StorageBackend {
      let base = origin.makeHandle()
      return DecoratedStore(
        base: base,
        instructors: BrokenInstructors(base: base.instructors, defect: defect),
        reviews: BrokenReviews(base: base.reviews, ratings: base.ratings, defect: defect, shown: shown),
        reviewers: BrokenReviewers(
          base: base.reviewers, ratings: base.ratings, defect: defect, shown: shown),
        ratings: BrokenRatings(base: base.ratings, shown: shown))
    }
    func remove() async throws {}
  }
}
