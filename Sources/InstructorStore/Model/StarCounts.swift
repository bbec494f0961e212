/// How many ratings there are of each step from 1 to 5 stars.
public struct StarCounts: Hashable, Sendable, Codable, CustomStringConvertible {
  /// Nine counts, ascending by stars: the first is that of 1 star, the last that of 5.
  public private(set) var steps: [Int64]

  public static let zero = StarCounts()

  public init() { steps = Array(repeating: 0, count: Limits.starHalves.count) }

  /// - Parameter counts: Steps that are not named count 0; keys off ``Stars/allSteps`` are left out.
  public init(_ counts: [Stars: Int64]) {
    self.init()
    for (stars, count) in counts where Limits.starHalves.contains(stars.halves) { self[stars] = count }
  }

  /// `nil` unless there are nine.
  package init?(steps: [Int64]) {
    guard steps.count == Limits.starHalves.count else { return nil }
    self.steps = steps
  }

  /// The count of one step; 0 for stars that are none of the steps, which can't be set either.
  public subscript(stars: Stars) -> Int64 {
    get { Limits.starHalves.contains(stars.halves) ? steps[stars.halves - Limits.starHalves.lowerBound] : 0 }
    set {
      if Limits.starHalves.contains(stars.halves) {
        steps[stars.halves - Limits.starHalves.lowerBound] = newValue
      }
    }
  }

  /// How many ratings there are.
  public var total: Int64 { steps.reduce(0, &+) }

  /// The sum of all stars, in halves.
  public var totalHalves: Int64 {
    var sum: Int64 = 0
    for (index, count) in steps.enumerated() { sum &+= count &* Int64(index + Limits.starHalves.lowerBound) }
    return sum
  }

  /// The average in tenths of a star, rounded half up in whole numbers; 0.0 where nobody has rated.
  public var average: AverageRating {
    let total = total
    guard total > 0 else { return AverageRating(tenths: 0) }
    // Halves to tenths is times 5: ⌊5·halves/total + ½⌋.
    return AverageRating(tenths: Int((totalHalves * 10 + total) / (2 * total)))
  }

  public static func + (left: Self, right: Self) -> Self {
    var sum = left
    for index in sum.steps.indices { sum.steps[index] &+= right.steps[index] }
    return sum
  }

  public static func += (left: inout Self, right: Self) { left = left + right }

  /// For example `5.0:12 4.5:3`, the steps that are not 0, best first.
  public var description: String {
    let parts = Stars.allSteps.reversed().filter { self[$0] != 0 }.map { "\($0):\(self[$0])" }
    return parts.isEmpty ? "none" : parts.joined(separator: " ")
  }
}
