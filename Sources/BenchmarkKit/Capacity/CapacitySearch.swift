import RealModule

/// The rates that a search may try: a factor of 1.05 apart, from one call a second up, the same for every arm.
enum RateGrid {
  static let factor = 1.05
  /// About a million calls a second.
  static let last = 283

  static func rate(_ index: Int) -> Double { Double.pow(factor, index) }

  /// The greatest rate of the grid that is not above `rate`.
  static func index(below rate: Double) -> Int {
    guard rate > 1 else { return 0 }
    return min(last, Int((Double.log(rate) / Double.log(factor)).rounded(.down)))
  }
}

/// Finds the highest rate of the grid that passes: steps that double until one passes and one fails, then halving.
///
/// It takes for granted that a lower rate passes where a higher one does. Noise near the limit makes a search stop a step
/// too high or too low; that is why there are several, and why they are independent.
struct CapacitySearch: Sendable, Equatable {
  private(set) var passed: Int?
  private(set) var failed: Int?
  private var step: Int
  private let start: Int

  static let firstStep = 4

  /// - Parameter start: The index of the first rate to try.
  init(start: Int, step: Int = CapacitySearch.firstStep) {
    self.start = min(max(0, start), RateGrid.last)
    self.step = step
  }

  /// What to try next; `nil` when it is over.
  var next: Int? {
    switch (passed, failed) {
    case (nil, nil): start
    case (let passed?, nil): passed == RateGrid.last ? nil : min(RateGrid.last, passed + step)
    case (nil, let failed?): failed == 0 ? nil : max(0, failed - step)
    case (let passed?, let failed?): failed - passed > 1 ? (passed + failed) / 2 : nil
    }
  }

  /// Says how what ``next`` named went.
  mutating func record(passes: Bool) {
    guard let tried = next else { return }
    let isDirectionKept = passes ? failed == nil && passed != nil : passed == nil && failed != nil
    if passes { passed = tried } else { failed = tried }
    if isDirectionKept { step *= 2 }
  }
}
