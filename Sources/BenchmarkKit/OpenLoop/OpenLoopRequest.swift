import InstructorStore

/// The load that is offered to a backend, whatever it makes of it.
public struct OfferedLoad: Sendable, Equatable {
  public var ratePerSecond: Double
  public var arrivals: ArrivalProcess
  public var duration: Duration
  /// The most calls under way at a time; more arrivals wait, with their intended times. `nil`: as many as arrive within the
  /// deadline of a call, at most ``mostOutstanding``.
  public var outstanding: Int?

  public static let mostOutstanding = 8_192
  private static let fewestOutstanding = 256
  public static let fastest = 1_000_000.0

  public init(
    ratePerSecond: Double, arrivals: ArrivalProcess = .poisson, duration: Duration, outstanding: Int? = nil
  ) {
    self.ratePerSecond = ratePerSecond
    self.arrivals = arrivals
    self.duration = duration
    self.outstanding = outstanding
  }

  /// - Parameter timeout: The deadline of a call.
  func outstandingCalls(timeout: Duration) -> Int {
    outstanding
      ?? max(Self.fewestOutstanding, Int(min(Double(Self.mostOutstanding), ratePerSecond * timeout.seconds)))
  }
}

/// What one open loop is to do.
struct OpenLoopRequest: Sendable {
  /// The operation of the first arrival; the others follow.
  var firstOperation: Int
  var schedule: ArrivalSchedule
  var duration: Duration
  /// How many tasks keep at most one call each under way.
  var outstanding: Int
  /// How long the backlog may be worked off after the last arrival: the deadline of a call.
  var drain: Duration = .seconds(5)
  /// Ends the arrivals early; see ``MissLimit``.
  var missLimit: MissLimit?

  /// Arrivals beyond the calls under way that wait rather than being dropped: 1.6 MB.
  static let backlogLimit = 100_000

  var operations: Range<Int> { firstOperation..<firstOperation + schedule.count }

  init(
    _ load: OfferedLoad, firstOperation: Int, timeout: Duration, seed: UInt64, missLimit: MissLimit? = nil
  ) {
    self.firstOperation = firstOperation
    schedule = ArrivalSchedule(
      load.arrivals, ratePerSecond: load.ratePerSecond, duration: load.duration, seed: seed)
    duration = load.duration
    outstanding = min(load.outstandingCalls(timeout: timeout), schedule.count)
    drain = timeout
    self.missLimit = missLimit
  }
}

/// When more calls than `count` fail or take longer than `nanoseconds`, the rest can't change the answer.
struct MissLimit: Sendable {
  var nanoseconds: UInt64
  var count: Int
}
