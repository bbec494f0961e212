import Testing

@testable import InstructorStore

@Suite struct IDAllocatorTests {
  @Test func blocksFollowEachOther() {
    var allocator = IDAllocator()
    #expect(allocator.reserve(3) == 1...3)
    #expect(allocator.draw { _ in false } == 4)
    #expect(allocator.reserve(1_000_000_000) == 5...1_000_000_004)
  }

  /// A run of a million taken ids costs some twenty tries, not a million.
  @Test func longRunsOfTakenIDsAreSkippedInDoublingSteps() throws {
    var allocator = IDAllocator()
    var tries = 0
    let drawn = try #require(
      allocator.draw { id in
        tries += 1
        return id <= 1_000_000
      })
    #expect(drawn > 1_000_000 && drawn <= 2_097_152)
    #expect(tries <= 22)
    #expect(allocator.draw { _ in false } == drawn + 1)
  }

  @Test func idsRunOut() {
    var allocator = IDAllocator()
    allocator.move(past: Limits.identifiers.upperBound - 2)
    #expect(allocator.reserve(3) == nil)
    #expect(allocator.reserve(1) == (Limits.identifiers.upperBound - 1)...(Limits.identifiers.upperBound - 1))
    #expect(allocator.draw { _ in true } == nil)
    #expect(allocator.draw { _ in false } == Limits.identifiers.upperBound)
    #expect(allocator.draw { _ in false } == nil)
    #expect(allocator.reserve(1) == nil)
  }

  @Test func movingBackDoesNothing() {
    var allocator = IDAllocator()
    allocator.move(past: 10)
    allocator.move(past: 3)
    #expect(allocator.reserve(1) == 11...11)
  }
}
