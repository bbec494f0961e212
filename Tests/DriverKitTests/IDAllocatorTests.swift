import InstructorStore
import Testing

@testable import DriverKit

/// Stands for the sequence in the database.
private final class Sequence: Sendable {
  private let state = Shared((next: Int64(1), fetches: 0))
  var fetches: Int { state.value.fetches }

  func reserve(_ count: Int) -> ClosedRange<Int64> {
    state.update { state in
      let first = state.next
      state.next += Int64(count)
      state.fetches += 1
      return first...(state.next - 1)
    }
  }
}

extension DriverKitSuite {
  @Suite struct IDs {
    @Test func aBlockIsUsedUpBeforeTheNextIsFetched() throws {
      let allocator = IDAllocator()
      let sequence = Sequence()
      for expected in 1...Int64(2 * IDAllocator.blockSize) {
        #expect(try allocator.draw(count: 1) { sequence.reserve($0) } == [expected])
      }
      #expect(sequence.fetches == 2)
    }

    @Test func manyIdsComeInOneFetch() throws {
      let allocator = IDAllocator()
      let sequence = Sequence()
      #expect(try allocator.draw(count: 2_500) { sequence.reserve($0) } == Array(1...2_500))
      #expect(sequence.fetches == 1)
      #expect(try allocator.draw(count: 3) { sequence.reserve($0) } == [2_501, 2_502, 2_503])
    }

    @Test func whatIsLeftOfABlockIsUsedFirst() throws {
      let allocator = IDAllocator()
      let sequence = Sequence()
      _ = try allocator.draw(count: IDAllocator.blockSize - 2) { sequence.reserve($0) }
      #expect(try allocator.draw(count: 4) { sequence.reserve($0) } == [999, 1_000, 1_001, 1_002])
      #expect(sequence.fetches == 2)
    }

    @Test func noneIsNone() throws {
      let allocator = IDAllocator()
      let sequence = Sequence()
      #expect(try allocator.draw(count: 0) { sequence.reserve($0) } == [])
      #expect(sequence.fetches == 0)
    }

    @Test func aFailedFetchIsTheCallersErrorAndLosesNothing() throws {
      let allocator = IDAllocator()
      let sequence = Sequence()
      _ = try allocator.draw(count: IDAllocator.blockSize - 1) { sequence.reserve($0) }
      #expect(throws: StoreError.self) {
        try allocator.draw(count: 2) { _ throws(StoreError) in throw context.error(.unreachable, "down") }
      }
      #expect(try allocator.draw(count: 1) { sequence.reserve($0) } == [1_000])
    }

    @Test func afterARedrawTheOldBlocksAreForgotten() throws {
      let allocator = IDAllocator()
      let sequence = Sequence()
      #expect(try allocator.draw(count: 1) { sequence.reserve($0) } == [1])
      allocator.discardBlocks()
      #expect(try allocator.draw(count: 1) { sequence.reserve($0) } == [1_001])
    }

    /// Whoever fetches a block is served from it, whatever others do meanwhile.
    @Test func oneDrawFetchesOnce() throws {
      let allocator = IDAllocator()
      let sequence = Sequence()
      var fetches = 0
      let ids = try allocator.draw(count: 10) { count in
        fetches += 1
        // Another thread takes everything that is at hand as soon as the block is there.
        if fetches == 1 { _ = try? allocator.draw(count: 5_000) { sequence.reserve($0) } }
        return sequence.reserve(count)
      }
      #expect(ids.count == 10)
      #expect(fetches == 1)
    }

    @Test func eightThreadsNeverGetTheSameId() async {
      let allocator = IDAllocator()
      let sequence = Sequence()
      let drawn = Shared<[Int64]>([])
      let done = Counter()
      for thread in 0..<8 {
        let isStarted = DriverThread.start {
          var generator = SeededGenerator(seed: UInt64(thread))
          var mine: [Int64] = []
          for _ in 0..<2_000 {
            let count = Int.random(in: 1...20, using: &generator)
            mine += (try? allocator.draw(count: count) { sequence.reserve($0) }) ?? []
          }
          drawn.update { $0 += mine }
          done.increment()
        }
        #expect(isStarted)
      }
      await done.reaches(8)
      let ids = drawn.value
      #expect(ids.count > 8 * 2_000)
      #expect(Set(ids).count == ids.count)
      // Blocks are not wasted: at most what each thread may hold at the end.
      #expect(sequence.fetches <= ids.count / IDAllocator.blockSize + 8 + 1)
    }
  }
}
