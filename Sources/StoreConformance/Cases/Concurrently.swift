import Synchronization

/// Runs `body` in `count` tasks at once and answers with their results in the order of their numbers. The first error
/// cancels the others and is thrown.
func concurrently<Answer: Sendable>(
  _ count: Int, _ body: @escaping @Sendable (Int) async throws -> Answer
) async throws -> [Answer] {
  try await withThrowingTaskGroup(of: (Int, Answer).self) { group in
    for index in 0..<count { group.addTask { (index, try await body(index)) } }
    var answers: [(Int, Answer)] = []
    for try await answer in group { answers.append(answer) }
    return answers.sorted { $0.0 < $1.0 }.map(\.1)
  }
}

/// Runs `write` once, and `read` again and again in two other tasks for as long as that takes, at least once each.
func whileReading(
  _ write: @escaping @Sendable () async throws -> Void, read: @escaping @Sendable () async throws -> Void
) async throws {
  let isOver = Flag()
  try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask {
      defer { isOver.raise() }
      try await write()
    }
    for _ in 0..<2 {
      group.addTask {
        repeat {
          try await read()
          // An in-memory backend never suspends: let the writer have the thread too.
          await Task.yield()
        } while !isOver.isRaised
      }
    }
    try await group.waitForAll()
  }
}

/// Something that happens once.
final class Flag: Sendable {
  private let raised = Atomic<Bool>(false)
  var isRaised: Bool { raised.load(ordering: .acquiring) }
  func raise() { raised.store(true, ordering: .releasing) }

  /// Waits by yielding: where nothing leaves the process it may be a matter of microseconds. A case that takes too long is
  /// cancelled.
  func wait() async throws {
    while !isRaised {
      try Task.checkCancellation()
      await Task.yield()
    }
  }
}
