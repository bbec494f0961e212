import Synchronization

/// When the exchange of a call with its server began and ended, as the driver saw it: for a program that measures calls.
///
/// Such a program sets ``current`` around its calls, one at a time, and reads the stamps after each. A backend that has
/// exchanges stamps them on its driver thread; one that has none, as in memory, leaves them 0. Without a measuring program
/// a call pays for looking whether there is one: some nanoseconds. A call of several exchanges counts from the first to
/// the last.
package final class CallStamps: Sendable {
  @TaskLocal package static var current: CallStamps?

  private let began = Atomic<UInt64>(0)
  private let ended = Atomic<UInt64>(0)

  package init() {}

  /// - Parameter now: Nanoseconds on the monotonic clock (`CLOCK_MONOTONIC`), as everywhere here.
  package func begin(at now: UInt64) {
    // A second exchange of the same call doesn't move its beginning.
    _ = began.compareExchange(expected: 0, desired: now, ordering: .relaxed)
  }

  package func end(at now: UInt64) { ended.store(now, ordering: .relaxed) }

  /// Makes it ready for the next call.
  package func reset() {
    began.store(0, ordering: .relaxed)
    ended.store(0, ordering: .relaxed)
  }

  /// `nil` where there was no exchange. Read after the call returned.
  package var exchange: (began: UInt64, ended: UInt64)? {
    let stamps = (began.load(ordering: .relaxed), ended.load(ordering: .relaxed))
    return stamps.0 == 0 || stamps.1 == 0 ? nil : stamps
  }
}
