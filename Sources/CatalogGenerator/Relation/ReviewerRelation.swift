/// Who wrote which review, with counts that follow from the reviewer alone.
///
/// A permutation takes a review to a *slot*, so that the reviews of a reviewer lie anywhere. Slots are dealt to the
/// reviewers in turns: in each turn everybody gets one, then the first half one more, then the first quarter, and so on.
/// So every second reviewer has the least number of reviews, every fourth twice that, and a few very many. Another
/// permutation hides who comes first.
struct ReviewerRelation: Sendable {
  private let reviewers: UInt64
  private let reviews: UInt64
  /// Slots of one turn.
  private let turn: UInt64
  private let slots: KeyedPermutation
  private let positions: KeyedPermutation

  /// - Parameter reviewers: At least 1 where there are reviews.
  init(reviewers: UInt64, reviews: UInt64, seed: UInt64) {
    self.reviewers = max(reviewers, 1)
    self.reviews = reviews
    turn = sequence(first: self.reviewers) { $0 > 1 ? $0 / 2 : nil }.reduce(0, +)
    slots = KeyedPermutation(count: max(reviews, 1), key: CatalogStream.reviewSlots.key(seed: seed))
    positions = KeyedPermutation(
      count: self.reviewers, key: CatalogStream.reviewerPositions.key(seed: seed))
  }

  @inline(__always)
  func reviewer(ofReview review: UInt64) -> UInt64 {
    var rest = slots.image(of: review) % turn
    var served = reviewers
    while rest >= served {
      rest -= served
      served /= 2
    }
    return positions.preimage(of: rest)
  }

  /// How many reviews the reviewer has.
  func count(ofReviewer reviewer: UInt64) -> Int64 {
    let position = positions.image(of: reviewer)
    let (turns, rest) = reviews.quotientAndRemainder(dividingBy: turn)
    var count: UInt64 = 0
    var start: UInt64 = 0
    var served = reviewers
    while position < served {
      count += turns + (start + position < rest ? 1 : 0)
      start += served
      served /= 2
    }
    return Int64(count)
  }
}
