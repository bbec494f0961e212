package import InstructorStore
import Synchronization

/// Hands out ids from blocks that were reserved in the database (hi/lo), so that an id is known before the write.
///
/// Called on driver threads: a thread that finds the block used up fetches another on its own connection, with
/// no lock held. Two threads may do so at once; both blocks are used.
package final class IDAllocator: Sendable {
  /// Ids of one round trip. A store that stops loses at most this many per block it holds.
  package static let blockSize = 1_000

  private let blocks = Mutex<[ClosedRange<Int64>]>([])

  package init() {}

  /// The next id; `fetch` reserves a block of at least the given size when none is at hand.
  package func draw(_ fetch: (_ count: Int) throws(StoreError) -> ClosedRange<Int64>) throws(StoreError) -> Int64 {
    try draw(count: 1, fetch)[0]
  }

  /// `count` ids, ascending within each block.
  package func draw(
    count: Int, _ fetch: (_ count: Int) throws(StoreError) -> ClosedRange<Int64>
  ) throws(StoreError) -> [Int64] {
    var ids = take(count)
    while ids.count < count {
      let block = try fetch(max(Self.blockSize, count - ids.count))
      blocks.withLock { $0.append(block) }
      ids += take(count - ids.count)
    }
    return ids
  }

  /// Forgets the blocks at hand: the ids in them turned out to be taken.
  package func discardBlocks() { blocks.withLock { $0.removeAll() } }

  private func take(_ count: Int) -> [Int64] {
    blocks.withLock { blocks in
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
