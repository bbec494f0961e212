/// Whether the calls of a batch class are served better by a few workers with large batches or by all of them with small ones.
///
/// What calls that share an exchange save each other is its own cost, which on one machine is some 15 to 50 µs, and few workers don't
/// get into each other's way on as few processors. But a server answers an exchange one call after the other: where it waits for its
/// disk, or is far away, more exchanges under way serve more calls. As a client can't see which it is, both are tried where calls
/// take long: calls served in the time, by the exchanges' own clocks, decide.
struct LaneControl {
  /// As many exchanges are judged together.
  static let window = 16
  /// Where so many of them give each call less than this time, calls are short: exchanges had better be large.
  static let enough = 2
  static let shortNanoseconds: UInt64 = 100_000
  /// So much more must all workers serve to be preferred.
  static let gain = 1.25
  /// For so many windows the better way is kept before the other is tried again, for one.
  static let windowsKept = 64

  /// Whether all workers serve the class.
  private(set) var isWide = false
  /// Calls a nanosecond, served by few and by all, when that was done last.
  private var rates = (few: 0.0, all: 0.0)
  private var isTrial = false
  private var windowsLeft = 0
  /// Exchanges that began before the last switch are of neither way.
  private var toSkip = 0
  private var noted = 0
  private var short = 0
  private var calls = 0
  private var nanoseconds: UInt64 = 0

  /// - Parameters:
  ///   - duration: What an exchange of so many calls took, in nanoseconds.
  ///   - lanes: How many workers serve the class if it is served by few, and by all.
  mutating func note(_ duration: UInt64, calls count: Int, lanes: (few: Int, all: Int)) {
    guard lanes.all > lanes.few, count > 0 else { return }
    if toSkip > 0 {
      toSkip -= 1
      return
    }
    noted += 1
    if duration < Self.shortNanoseconds * UInt64(count) { short += 1 }
    calls += count
    nanoseconds &+= duration
    guard noted == Self.window else { return }
    judge(lanes)
    (noted, short, calls, nanoseconds) = (0, 0, 0, 0)
  }

  private mutating func judge(_ lanes: (few: Int, all: Int)) {
    if short >= Self.enough {
      turn(wide: false, lanes)
      (isTrial, windowsLeft) = (false, 0)
      return
    }
    let rateOfOne = Double(calls) / Double(max(1, nanoseconds))
    if isWide { rates.all = rateOfOne * Double(lanes.all) } else { rates.few = rateOfOne * Double(lanes.few) }
    if isTrial {
      isTrial = false
      windowsLeft = Self.windowsKept
      turn(wide: rates.all > rates.few * Self.gain, lanes)
    } else if windowsLeft > 0 {
      windowsLeft -= 1
    } else {
      isTrial = true
      turn(wide: !isWide, lanes)
    }
  }

  private mutating func turn(wide: Bool, _ lanes: (few: Int, all: Int)) {
    if wide != isWide { toSkip = lanes.all }
    isWide = wide
  }
}
