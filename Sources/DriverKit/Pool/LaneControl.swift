/// Whether the calls of a batch class are served better by a few workers with large batches or by many with small ones.
///
/// What calls that share an exchange save each other is its own cost, which on one machine is some 15 to 50 µs, and few workers don't
/// get into each other's way on as few processors. But a server answers an exchange one call after the other: where it waits for its
/// disk, or is far away, more exchanges under way serve more calls. As a client can't see which it is, both are tried where calls
/// take long; how many are served in a time decides.
struct LaneControl {
  /// As many exchanges are judged together.
  static let window = 16
  /// Where so many of them give each call less than this time, calls are short: exchanges had better be large.
  static let enough = 2
  static let shortNanoseconds: UInt64 = 100_000
  /// So much more must many workers serve to be preferred.
  static let gain = 1.25
  /// For so many windows the better way is kept before the other is tried again, for one.
  static let windowsKept = 64

  /// An exchange that has ended.
  struct Exchange {
    var calls: Int
    /// In nanoseconds on the monotonic clock.
    var began: UInt64
    var ended: UInt64
    /// Whether all that is under way is so on connections that were there before.
    var isSettled: Bool
  }

  /// Whether many workers serve the class.
  private(set) var isWide = false
  /// Calls a nanosecond, served by few and by many, when that was done last.
  private var rates = (few: 0.0, many: 0.0)
  private var isTrial = false
  private var windowsLeft = 0
  /// What began before is of neither way.
  private var switched: UInt64 = 0
  /// When the window began.
  private var start: UInt64?
  private var noted = 0
  private var short = 0
  private var calls = 0

  mutating func note(_ exchange: Exchange) {
    guard exchange.calls > 0 else { return }
    // While connections are made, a window would say what that takes.
    guard exchange.began >= switched, exchange.isSettled else { return restart(at: nil) }
    guard let start else { return restart(at: exchange.ended) }
    noted += 1
    calls += exchange.calls
    if exchange.ended &- exchange.began < Self.shortNanoseconds * UInt64(exchange.calls) { short += 1 }
    guard noted == Self.window else { return }
    judge(exchange, Double(calls) / Double(max(1, exchange.ended &- start)))
    restart(at: exchange.ended >= switched ? exchange.ended : nil)
  }

  private mutating func restart(at time: UInt64?) {
    start = time
    (noted, short, calls) = (0, 0, 0)
  }

  private mutating func judge(_ last: Exchange, _ rate: Double) {
    if isWide { rates.many = rate } else { rates.few = rate }
    if isTrial {
      isTrial = false
      windowsLeft = Self.windowsKept
      turn(wide: rates.many > rates.few * Self.gain, at: last.ended)
    } else if windowsLeft > 0 {
      windowsLeft -= 1
    } else if isWide || (short < Self.enough && calls >= 2 * Self.window) {
      // With a call or two to an exchange there is nothing to spread.
      isTrial = true
      turn(wide: !isWide, at: last.ended)
    }
  }

  private mutating func turn(wide: Bool, at time: UInt64) {
    if wide != isWide { switched = time }
    isWide = wide
  }
}
