import Synchronization

/// Hands out the indices of a slice of the trace, each once, to any number of tasks.
///
/// One relaxed atomic addition for each operation: the executed operations are then always the first ones of
/// the slice without gaps, also when time ends it, and no task waits at the end for one that got the slower
/// half.
final class TraceCursor: Sendable {
  private let next: Atomic<Int>
  private let end: Int
  let range: Range<Int>

  init(_ range: Range<Int>) {
    self.range = range
    next = Atomic(range.lowerBound)
    end = range.upperBound
  }

  func take() -> Int? {
    let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
    return index < end ? index : nil
  }

  /// Nobody gets another index.
  func exhaust() { next.store(end, ordering: .relaxed) }
}
