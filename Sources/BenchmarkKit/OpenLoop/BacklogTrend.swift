import RealModule

/// How many calls each arrival found waiting or under way, on average, in each third of the arrivals.
///
/// In a stable system the three are alike, but for chance and for stalls. Where more arrive than are answered the number
/// grows evenly from 0, and the three are as 1 to 3 to 5.
struct BacklogTrend: Sendable, Equatable {
  /// So long a backlog, in terms of what arrives, is one whatever it comes from.
  static let toleratedSeconds = 0.1

  private var sums = [0, 0, 0]
  private var counts = [0, 0, 0]

  mutating func note(_ outstanding: Int, at number: Int, of count: Int) {
    let third = min(2, number * 3 / max(1, count))
    sums[third] += outstanding
    counts[third] += 1
  }

  var means: [Double] { zip(sums, counts).map { $1 == 0 ? 0 : Double($0) / Double($1) } }

  /// Whether it grew as it does under overload: by half from each third to the next, and to more than what arrives in
  /// `toleratedSeconds`.
  func isGrowing(ratePerSecond: Double) -> Bool { Self.isGrowing(means, ratePerSecond: ratePerSecond) }

  /// - Parameter means: Of the three thirds.
  static func isGrowing(
    _ means: [Double], ratePerSecond: Double, toleratedSeconds: Double = BacklogTrend.toleratedSeconds
  ) -> Bool {
    means.count == 3 && means[1] >= 1.5 * means[0] && means[2] >= 1.5 * means[1]
      && means[2] > max(16, ratePerSecond * toleratedSeconds)
  }

  /// Overloads of this share show where there is no chance about them.
  static let leastOverload = 0.01
  /// Fewer calls are no backlog.
  private static let fewestCalls = 16.0

  /// Whether it grew as under an overload that is too small for ``isGrowing(_:ratePerSecond:toleratedSeconds:)``: from the middle
  /// of the first third to that of the last by ``leastOverload`` of what arrived meanwhile, and still at the end. (Where calls
  /// just take long their number grows too, until the first ones are answered.)
  ///
  /// Chance and stalls look like that now and then, so one block says little; see ``isOverload(blocks:of:)``.
  ///
  /// - Parameters:
  ///   - means: Of the three thirds of a segment, or of several on average.
  ///   - arrivals: Of a segment.
  static func isDrifting(_ means: [Double], ratePerSecond: Double, arrivals: Double) -> Bool {
    guard means.count == 3 else { return false }
    let (early, late) = (means[1] - means[0], means[2] - means[1])
    let least = min(ratePerSecond * toleratedSeconds, leastOverload * arrivals * 2 / 3)
    return early > 0 && late > early / 4 && early + late > max(fewestCalls, least)
  }

  /// Whether so many blocks of all show an overload: more than half of them.
  static func isOverload(blocks: Int, of all: Int) -> Bool { 2 * blocks > all }

  /// The smallest overload that six blocks nearly always show, about: what is answered by chance varies with the square root of the
  /// number. (By simulation: 3% with 10,000 arrivals a segment, 5% with 2,000.)
  static func shownOverload(arrivals: Double) -> Double { leastOverload + 2 / Double.sqrt(max(1, arrivals)) }
}
