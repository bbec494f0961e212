import Dispatch
import DriverKit
import InstructorStore
import TestSupport
import Testing

@testable import MongoBackend

/// Updates and deletes that share a transaction: each gets what it would have got alone.
extension FailureTests.Batches {
  private static func learners(_ number: Int) -> InstructorPatch { InstructorPatch(learners: Int64(number)) }

  @Test("Of 64 changes in one transaction each has its own outcome")
  func outcomesOfChanges() async throws {
    try await FailingStore.with(connections: 1) { failing in
      let store = failing.store.instructors
      let created = try await store.createMany(
        (0..<64).map { Self.person($0, .primary(CourseID(Int64($0) + 1))) })
      let before = failing.store.statistics().exchanges
      let results = try await Self.together(failing) { number -> Instructor? in
        switch number {
        case 3: return try await store.update(InstructorID(1 << 60), Self.learners(1), ifVersion: nil)
        case 7: return try await store.update(created[7].id, Self.learners(1), ifVersion: 9)
        // The same one twice, in whatever order.
        case 10, 11: return try await store.update(created[10].id, Self.learners(number), ifVersion: nil)
        case 20, 21: try await store.delete(created[20].id, ifVersion: nil)
        case 30: try await store.delete(created[30].id, ifVersion: 4)
        case 31: try await store.delete(InstructorID(1 << 60), ifVersion: nil)
        case 32:
          return try await store.update(
            created[32].id,
            InstructorPatch(title: .clear, organization: .set("$set.x"), averageRating: .clear),
            ifVersion: 1)
        case 40..<50: try await store.delete(created[number].id, ifVersion: 1)
        default: return try await store.update(created[number].id, Self.learners(number), ifVersion: 1)
        }
        return nil
      }
      // The lease that held the connection, and the batch.
      #expect(failing.store.statistics().exchanges == before + 2)
      #expect(Self.error(results[3])?.code == .notFound)
      #expect(Self.error(results[7])?.constraint == .version)
      #expect(Self.error(results[30])?.constraint == .version)
      #expect(Self.error(results[31])?.code == .notFound)
      #expect(Self.error(results[31])?.operation == "instructors.delete")
      #expect(Set([10, 11].map { try? results[$0].get()?.version }) == [2, 3])
      #expect([20, 21].compactMap { Self.error(results[$0])?.code } == [.notFound])
      for (number, result) in results.enumerated() {
        guard let error = Self.error(result) else { continue }
        #expect(error.outcome == .notApplied)
        #expect([3, 7, 20, 21, 30, 31].contains(number))
      }
      for number in 0..<64 where number != 11 && number != 21 {
        let stored = try await failing.other.instructors.get([created[number].id])[0]
        switch number {
        case 20, 40..<50: #expect(stored == nil)
        case 3, 7, 30, 31: #expect(stored == created[number])
        case 10:
          #expect(stored?.version == 3)
          #expect(try [results[10].get(), results[11].get()].contains(stored))
        default: #expect(try results[number].get() == stored)
        }
      }
    }
  }

  @Test(
    "Changes whose transaction the server fails go on one by one",
    arguments: [("find", 8), ("update", 50), ("delete", 8)] as [(StaticString, Int32)])
  func failedTransaction(command: StaticString, code: Int32) async throws {
    try await FailingStore.with(connections: 1) { failing in
      let store = failing.store.instructors
      let created = try await store.createMany((0..<16).map { Self.person($0) })
      let before = failing.store.statistics().exchanges
      let results = try await Self.together(failing, count: 16) {
        try await failing.set(1, command) { $0.append("errorCode", code) }
      } _: { number -> Int64 in
        if number < 4 {
          try await store.delete(created[number].id, ifVersion: 1)
          return 0
        }
        return try await store.update(created[number].id, Self.learners(number), ifVersion: 1).version
      }
      for (number, result) in results.enumerated() { #expect(try result.get() == (number < 4 ? 0 : 2)) }
      #expect(failing.store.statistics().exchanges == before + 2 + 16)
      #expect(try await failing.other.instructors.count(.all, upTo: 100) == 12)
    }
  }

  @Test("A conflict that the server calls transient has the transaction run again")
  func transientConflict() async throws {
    try await FailingStore.with(connections: 1) { failing in
      let store = failing.store.instructors
      let created = try await store.createMany((0..<16).map { Self.person($0) })
      let before = failing.store.statistics().exchanges
      let results = try await Self.together(failing, count: 16) {
        try await failing.set(1, "update") { writer in
          writer.append("errorCode", ServerCode.writeConflict)
          writer.array("errorLabels") { $0.append(at: 0, "TransientTransactionError") }
        }
      } _: { number in
        try await store.update(created[number].id, Self.learners(number), ifVersion: 1)
      }
      for result in results { #expect(try result.get().version == 2) }
      #expect(failing.store.statistics().exchanges == before + 2)
    }
  }

  /// MongoDB has no deadlocks: of two transactions that want the same document the second is told to start again.
  @Test("Updates in opposite orders from two stores all succeed, one after the other")
  func oppositeOrders() async throws {
    try await FailingStore.with(connections: 1) { failing in
      let created = try await failing.store.instructors.createMany((0..<30).map { Self.person($0) })
      for _ in 0..<10 {
        // The other store's calls wait for its first, and share transactions then.
        async let down = withThrowingTaskGroup(of: Void.self) { group in
          for instructor in created.reversed() {
            group.addTask {
              _ = try await withStoreTimeout(.seconds(60)) {
                try await failing.other.instructors.update(instructor.id, Self.learners(2), ifVersion: nil)
              }
            }
          }
          try await group.waitForAll()
        }
        let up = try await Self.together(failing, count: 30) { number in
          try await failing.store.instructors.update(created[number].id, Self.learners(1), ifVersion: nil)
        }
        for result in up { _ = try result.get() }
        try await down
      }
      for instructor in created {
        #expect(try await failing.store.instructors.get(instructor.id).version == 21)
      }
      #expect(failing.other.statistics().batchedCalls > 0)
    }
  }

  @Test("A commit that is lost leaves every change unknown, and applied once or not at all")
  func lostCommit() async throws {
    try await FailingStore.with(connections: 1) { failing in
      let store = failing.store.instructors
      let created = try await store.createMany((0..<16).map { Self.person($0) })
      let results = try await Self.together(failing, count: 16) {
        try await failing.set(2, "commitTransaction") { $0.append("closeConnection", true) }
      } _: { number in
        try await store.update(created[number].id, Self.learners(7), ifVersion: 1)
      }
      for (number, result) in results.enumerated() {
        #expect(Self.error(result)?.outcome == .unknown)
        #expect(Self.error(result)?.entityID == created[number].id.rawValue)
      }
      // The transaction that nobody ended keeps nobody from its documents for long.
      for instructor in created {
        let updated = try await store.update(instructor.id, Self.learners(8), ifVersion: nil)
        #expect((2...3).contains(updated.version))
      }
    }
  }

  @Test("A batch on a connection that is stuck keeps no other change waiting")
  func stuckBatch() async throws {
    try await FailingStore.with(connections: 2) { failing in
      let store = failing.store
      let created = try await store.instructors.createMany((0..<32).map { Self.person($0) })
      // Both connections are held until the first batch waits.
      let held = try await HeldConnections(2, of: store)
      // Within the transaction, as if the network had swallowed the command.
      try await failing.set(1, "update") { writer in
        writer.append("blockConnection", true)
        writer.append("blockTimeMS", Int32(4_000))
      }
      let update: @Sendable (Int) async throws -> Instructor = { number in
        try await withStoreTimeout(.seconds(60)) {
          try await store.instructors.update(created[number].id, Self.learners(number), ifVersion: 1)
        }
      }
      let isOver = Flag()
      let stuck = (0..<16).map { number in
        Task {
          defer { isOver.raise() }
          return try await update(number)
        }
      }
      try await waitUntil("16 changes wait") { store.statistics().waitingCalls == 16 }
      held.letGo()
      try await held.end()
      try await waitUntil("the batch is under way") { store.statistics().batchedCalls >= 16 }
      let others = (16..<32).map { number in Task { try await update(number) } }
      for (number, task) in others.enumerated() {
        #expect(try await task.value.learners == Int64(number + 16))
      }
      #expect(!isOver.isRaised)
      for (number, task) in stuck.enumerated() { #expect(try await task.value.learners == Int64(number)) }
    }
  }

  @Test("An instructor that another process has locked keeps only its own change waiting")
  func lockedElsewhere() async throws {
    try await FailingStore.with(connections: 1) { failing in
      let store = failing.store.instructors
      let created = try await store.createMany((0..<16).map { Self.person($0) })
      let other = failing.other
      let mayCommit = DispatchSemaphore(value: 0)
      let isHeld = AsyncStream<Void>.makeStream()
      let holding = Task {
        try await other.core.pool.lease(other.core.call("test"), .write) {
          connection, call throws(StoreError) in
          try connection.attempt(call) { () throws(CommandFailure) in
            try connection.inTransaction(call) { (transaction) throws(CommandFailure) in
              try transaction.write { writer in
                writer.append("update", Collections.instructors)
                writer.array("updates") { writer in
                  writer.document(at: 0) { writer in
                    writer.document("q") { $0.append("_id", created[5].id.rawValue) }
                    writer.document("u") { $0.append(Self.learners(99)) }
                  }
                }
              }
              isHeld.continuation.yield()
              mayCommit.wait()
              return .commit(())
            }
          }
        }
      }
      for await _ in isHeld.stream { break }
      let before = failing.store.statistics().exchanges
      let watch = Task {
        // The lease, the batch, which gives up, and the first of the changes alone.
        defer { mayCommit.signal() }
        try await waitUntil("the batch gave up") { failing.store.statistics().exchanges >= before + 3 }
      }
      let results = try await Self.together(failing, count: 16) { number in
        try await store.update(created[number].id, Self.learners(number), ifVersion: nil)
      }
      try await watch.value
      try await holding.value
      for (number, result) in results.enumerated() {
        #expect(try result.get().version == (number == 5 ? 3 : 2))
        #expect(try result.get().learners == Int64(number))
      }
    }
  }
}
