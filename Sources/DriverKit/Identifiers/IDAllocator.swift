package import InstructorStore

/// Hands out ids from blocks that were reserved in the database (hi/lo), so that an id is known before the write.
///
/// Called on driver threads: a thread that finds the block used up fetches another on its own connection, with
/// no lock held. Two threads may do so at once; both blocks are used.
package final class IDAllocator: Sendable {
  /// Ids of one round trip. A store that stops loses at most this many per block it holds.
  package static let blockSize = 1_000

  private let blocks = Locked<[ClosedRange<Int64>]>([])

  package init() {}

  /// `count` ids, ascending within each block; none for 0 or less. A fetch that fails uses up no ids.
  ///
  /// - Parameter fetch: Reserves a block of at least the given size; called where too few are at hand.
  package func draw(
    count: Int, _ fetch: (_ count: Int) throws(StoreError) -> ClosedRange<Int64>
  ) throws(StoreError) -> [Int64] {
    guard count > 0 else { return [] }
    var fetched: [ClosedRange<Int64>] = []
    while true {
      if let ids = take(count, adding: fetched) { return ids }
      // Enough for all of them: what is at hand now may be gone by then.
      fetched.append(try fetch(max(Self.blockSize, count)))
    }
  }

  /// Forgets the blocks at hand: the ids in them turned out to be taken.
  package func discardBlocks() { blocks.withLock { $0.removeAll() } }

  /// Takes `count` ids from the blocks at hand and `fetched`, which it adds to them; `nil` if that is too few.
  private func take(_ count: Int, adding fetched: [ClosedRange<Int64>]) -> [Int64]? {
    blocks.withLock { blocks in
      let available = blocks.reduce(0) { $0 + $1.count } + fetched.reduce(0) { $0 + $1.count }
      if available < count { return nil }
      blocks += fetched
      var ids: [Int64] = []
      ids.reserveCapacity(count)
      while ids.count < count, let block = blocks.first {
        let last = min(block.upperBound, block.lowerBound + Int64(count - ids.count) - 1)
        ids.append(contentsOf: block.lowerBound...last)
        if last == block.upperBound { blocks.removeFirst() } else { blocks[0] = last + 1...block.upperBound }
      }
      return ids
    }
  }
}
