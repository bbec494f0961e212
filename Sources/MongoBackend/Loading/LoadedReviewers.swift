import InstructorStore
import Synchronization

/// The ids of the reviewers that a load has inserted so far, as ranges: a load that numbers them without gaps has one.
///
/// It saves the reviews' reviewers from being looked up. Bounded: of ids without order only a part is kept, and the
/// others are looked up.
final class LoadedReviewers: Sendable {
  private static let maximumRanges = 50_000

  private let ranges = Mutex<[ClosedRange<Int64>]>([])

  func insert(_ ids: [Int64]) {
    let new = Self.ranges(of: ids.sorted())
    ranges.withLock { ranges in
      guard ranges.count < Self.maximumRanges else { return }
      ranges = Self.merge(ranges, new)
    }
  }

  /// Those of `ids` that are not known to be there, ascending and each once.
  func unknown(_ ids: [Int64]) -> [Int64] {
    let known = ranges.withLock { $0 }
    var unknown = ids.filter { !Self.contains($0, known) }
    unknown.sort()
    return unknown.enumerated().filter { $0 == 0 || unknown[$0 - 1] != $1 }.map(\.element)
  }

  /// - Parameter ids: Ascending.
  private static func ranges(of ids: [Int64]) -> [ClosedRange<Int64>] {
    var ranges: [ClosedRange<Int64>] = []
    for id in ids { append(id...id, to: &ranges) }
    return ranges
  }

  private static func merge(_ left: [ClosedRange<Int64>], _ right: [ClosedRange<Int64>])
    -> [ClosedRange<Int64>]
  {
    var merged: [ClosedRange<Int64>] = []
    var (first, second) = (left[...], right[...])
    while true {
      switch (first.first, second.first) {
      case (let one?, let other?):
        if one.lowerBound <= other.lowerBound {
          append(one, to: &merged)
          first.removeFirst()
        } else {
          append(other, to: &merged)
          second.removeFirst()
        }
      case (let one?, nil):
        append(one, to: &merged)
        first.removeFirst()
      case (nil, let other?):
        append(other, to: &merged)
        second.removeFirst()
      case (nil, nil): return merged
      }
    }
  }

  /// Adds a range that begins no earlier than those there.
  private static func append(_ range: ClosedRange<Int64>, to ranges: inout [ClosedRange<Int64>]) {
    if let last = ranges.last, range.lowerBound <= last.upperBound + 1 {
      ranges[ranges.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
    } else {
      ranges.append(range)
    }
  }

  private static func contains(_ id: Int64, _ ranges: [ClosedRange<Int64>]) -> Bool {
    var (low, high) = (0, ranges.count)
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < id { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].contains(id)
  }
}
