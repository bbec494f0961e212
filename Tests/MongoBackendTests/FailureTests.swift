import DriverKit
import InstructorStore
import TestSupport
import Testing

@testable import MongoBackend

/// What a caller is told when the server refuses, breaks off, or takes too long.
///
/// One after the other: the server has one fail point of this kind, which a second test would set anew.
@Suite(.serialized)
struct FailureTests {
  private static let grace = NewInstructor(firstName: "Grace", lastName: "Hopper")

  @Test(arguments: [
    (Int32(189), StoreError.Code.unreachable, StoreError.Outcome.unknown),
    (10_107, .unreachable, .notApplied), (50, .timeout(.response), .unknown),
    (13, .authenticationFailed, .notApplied),
    (14_031, .resourceExhausted, .notApplied), (11_600, .unreachable, .unknown),
  ])
  func refusedWrite(code: Int32, expected: StoreError.Code, outcome: StoreError.Outcome) async throws {
    try await FailingStore.with { failing in
      try await failing.set(1, "insert") { $0.append("errorCode", code) }
      let error = await storeError { _ = try await failing.store.instructors.create(Self.grace) }
      #expect(error?.code == expected)
      #expect(error?.outcome == outcome)
      #expect(error?.entityID != nil)
      _ = try await failing.store.instructors.create(Self.grace)
    }
  }

  @Test("A write that is applied and not acknowledged is unknown, and a retry with its id finds it")
  func unacknowledgedWrite() async throws {
    try await FailingStore.with { failing in
      try await failing.set(1, "insert") { writer in
        writer.document("writeConcernError") { writer in
          writer.append("code", Int32(64))
          writer.append("errmsg", "waiting for replication timed out" as StaticString)
        }
      }
      let error = await storeError { _ = try await failing.store.instructors.create(Self.grace) }
      #expect(error?.code == .timeout(.response))
      #expect(error?.outcome == .unknown)
      var again = Self.grace
      again.id = InstructorID(try #require(error?.entityID))
      let created = try await failing.store.instructors.create(again, isRetry: true)
      #expect(created.version == 1)
      #expect(try await failing.store.instructors.count(.all, upTo: 10) == 1)
    }
  }

  @Test("A connection that breaks makes a write unknown; a read is made again on another")
  func brokenConnection() async throws {
    try await FailingStore.with { failing in
      let created = try await failing.store.instructors.create(Self.grace)
      try await failing.set(1, "insert") { $0.append("closeConnection", true) }
      let error = await storeError { _ = try await failing.store.instructors.create(Self.grace) }
      #expect(error?.code == .unreachable)
      #expect(error?.outcome == .unknown)
      _ = try await failing.store.instructors.get(created.id)
      try await failing.set(1, "find") { $0.append("closeConnection", true) }
      #expect(try await failing.store.instructors.get(created.id) == created)
      #expect(failing.store.statistics().connectionsDiscarded == 2)
    }
  }

  @Test(
    "An answer just after the deadline keeps the connection; a later one costs it, and nobody waits for it")
  func lateAnswer() async throws {
    try await FailingStore.with { failing in
      let created = try await failing.store.instructors.create(Self.grace)
      for (block, isKept) in [(Int32(120), true), (3_000, false)] {
        let before = failing.store.statistics().connectionsDiscarded
        try await failing.set(1, "find") { writer in
          writer.append("blockConnection", true)
          writer.append("blockTimeMS", block)
        }
        let start = ContinuousClock.now
        let error = await storeError {
          try await withStoreTimeout(.milliseconds(100)) {
            _ = try await failing.store.instructors.get(created.id)
          }
        }
        #expect(error?.code == .timeout(.response))
        #expect(ContinuousClock.now - start < .milliseconds(350))
        try await failing.set(nil) { _ in }
        #expect(try await failing.store.instructors.get(created.id) == created)
        // The thread that waited is done when another call has had its turn on every connection.
        try await expectEventually {
          failing.store.statistics().busyConnections == 0
            && (failing.store.statistics().connectionsDiscarded > before) == !isKept
        }
      }
    }
  }

  @Test("A cancelled call returns at once, and the next gets its own answer")
  func cancelled() async throws {
    try await FailingStore.with(connections: 1) { failing in
      let created = try await failing.store.instructors.create(Self.grace)
      try await failing.set(1, "find") { writer in
        writer.append("blockConnection", true)
        writer.append("blockTimeMS", Int32(2_000))
      }
      let store = failing.store
      let task = Task { await storeError { _ = try await store.instructors.get(InstructorID(1 << 40)) } }
      try await expectEventually { store.statistics().busyConnections == 1 }
      let start = ContinuousClock.now
      task.cancel()
      #expect(await task.value?.code == .cancelled)
      #expect(try await store.instructors.get(created.id) == created)
      #expect(ContinuousClock.now - start < .milliseconds(1_000))
    }
  }

  /// A page has a connection for itself. The server sees that it was closed, and ends what nobody waits for.
  @Test("A long command whose caller leaves is stopped on the server")
  func leftAlone() async throws {
    try await FailingStore.with(connections: 1) { failing in
      let grace = try await failing.store.instructors.create(Self.grace)
      let place = "\(failing.store.core.database).instructors"
      let hang: @Sendable (Bool) async throws -> Void = { isOn in
        try await failing.other.command(onAdmin: true) { writer in
          writer.append("configureFailPoint", "waitInFindBeforeMakingBatch" as StaticString)
          guard isOn else { return writer.append("mode", "off" as StaticString) }
          writer.append("mode", "alwaysOn" as StaticString)
          writer.document("data") { writer in
            writer.append("nss", place)
            writer.append("shouldCheckForInterrupt", true)
          }
        }
      }
      let isUnderWay: @Sendable () async throws -> Bool = {
        try await failing.other.command(onAdmin: true) { writer in
          writer.append("aggregate", Int32(1))
          writer.array("pipeline") { writer in
            writer.document(at: 0) { $0.document("$currentOp") { $0.append("allUsers", true) } }
            writer.document(at: 1) { writer in
              writer.document("$match") { writer in
                writer.append("ns", place)
                writer.append("op", "query" as StaticString)
              }
            }
          }
          writer.document("cursor") { _ in }
        }.contains(place)
      }
      try await hang(true)
      let page = Task { try await failing.store.instructors.list(.all, after: nil, limit: 10) }
      let result: Result<Void, any Error>
      do {
        try await waitUntil("the command is under way", isUnderWay)
        page.cancel()
        #expect(await storeError { _ = try await page.value }?.code == .cancelled)
        // It would hang for as long as it is told to.
        try await waitUntil("the server has ended it") { try await !isUnderWay() }
        result = .success(())
      } catch {
        result = .failure(error)
      }
      try await hang(false)
      try result.get()
      #expect(try await failing.store.instructors.list(.all, after: nil, limit: 10).items == [grace])
    }
  }

  @Test("A transaction that others got in the way of runs again, and gives up in time")
  func contendedTransaction() async throws {
    try await FailingStore.with { failing in
      let pair = try await failing.store.instructors.createMany([Self.grace, Self.grace])
      try await failing.store.instructors.replacePrimary(of: 7, with: pair[0].id)
      let conflict: @Sendable (inout BSONWriter) -> Void = { writer in
        writer.append("errorCode", Int32(112))
        writer.array("errorLabels") { $0.append(at: 0, "TransientTransactionError") }
      }
      try await failing.set(3, "findAndModify", data: conflict)
      #expect(try await failing.store.instructors.replacePrimary(of: 7, with: pair[1].id) == pair[0].id)
      try await failing.set(1_000_000, "findAndModify", data: conflict)
      let error = await storeError {
        try await withStoreTimeout(.seconds(1)) {
          _ = try await failing.store.instructors.replacePrimary(of: 7, with: pair[0].id)
        }
      }
      #expect(error?.code == .contended)
      #expect(error?.outcome == .notApplied)
      #expect(try await failing.store.instructors.primary(of: 7)?.id == pair[1].id)
    }
  }

  @Test("A commit whose answer is lost is sent again, and whoever has the connection next is served")
  func unknownCommit() async throws {
    try await FailingStore.with(connections: 1) { failing in
      let created = try await failing.store.instructors.create(Self.grace)
      for data: @Sendable (inout BSONWriter) -> Void in [
        { writer in
          writer.document("writeConcernError") { writer in
            writer.append("code", Int32(91))
            writer.append("errmsg", "shutting down" as StaticString)
          }
        },
        { $0.append("closeConnection", true) },
      ] {
        try await failing.set(1, "commitTransaction", data: data)
        let course = CourseID(Int64.random(in: 1...1_000_000))
        _ = try await failing.store.instructors.replacePrimary(of: course, with: created.id)
        // A write: a read whose connection broke would be made again.
        _ = try await failing.store.instructors.create(Self.grace)
        #expect(try await failing.store.instructors.primary(of: course)?.id == created.id)
      }
    }
  }

  @Test("A connection that breaks in the middle of a transaction leaves nobody locked out")
  func brokenTransaction() async throws {
    try await FailingStore.with { failing in
      let pair = try await failing.store.instructors.createMany([Self.grace, Self.grace])
      try await failing.store.instructors.replacePrimary(of: 7, with: pair[0].id)
      // The second change of the transaction: the first has its document locked by then.
      try await failing.set(0, skip: 1, "findAndModify") { $0.append("closeConnection", true) }
      let error = await storeError {
        try await failing.store.instructors.replacePrimary(of: 7, with: pair[1].id)
      }
      #expect(error?.code == .unreachable)
      #expect(error?.outcome == .notApplied)
      let start = ContinuousClock.now
      _ = try await failing.other.instructors.update(pair[0].id, InstructorPatch(learners: 1))
      #expect(ContinuousClock.now - start < .seconds(1))
      #expect(try await failing.other.instructors.primary(of: 7)?.id == pair[0].id)
    }
  }

  @Test("A transaction whose rollback can't be sent is ended all the same, and locks nobody out")
  func lostRollback() async throws {
    try await FailingStore.with { failing in
      let pair = try await failing.store.instructors.createMany([Self.grace, Self.grace])
      try await failing.store.instructors.replacePrimary(of: 7, with: pair[0].id)
      try await failing.set(0, skip: 1, "findAndModify", "abortTransaction") {
        $0.append("closeConnection", true)
      }
      let error = await storeError {
        try await failing.store.instructors.replacePrimary(of: 7, with: pair[1].id)
      }
      #expect(error?.code == .unreachable)
      #expect(error?.outcome == .notApplied)
      let start = ContinuousClock.now
      _ = try await failing.other.instructors.update(pair[0].id, InstructorPatch(learners: 1))
      #expect(ContinuousClock.now - start < .seconds(2))
    }
  }

  @Test(
    "With TLS, too, a rollback that is lost costs the connection and locks nobody out; one that is not, doesn't"
  )
  func lostRollbackOverLibrarySockets() async throws {
    try await FailingStore.with(connections: 1) { failing in
      let reviewer = try await failing.other.reviewers.create(NewReviewer(name: "A")).id
      try await failing.withLibrarySockets { store in
        // The rating is changed by the time that the reviewer is not found.
        let create: @Sendable () async -> StoreError? = {
          await storeError {
            _ = try await store.reviews.create(ReviewCatalog.newReview(1, by: ReviewerID(1 << 50)))
          }
        }
        #expect(await create()?.code == .referenceViolation)
        _ = try await store.reviews.create(ReviewCatalog.newReview(2, by: reviewer))
        #expect(store.statistics().connectionsDiscarded == 0)
        // Libmongoc sends its own twice.
        try await failing.set(4, "abortTransaction") { $0.append("closeConnection", true) }
        #expect(await create()?.outcome == .notApplied)
        let start = ContinuousClock.now
        _ = try await failing.other.reviews.create(ReviewCatalog.newReview(3, by: reviewer))
        #expect(ContinuousClock.now - start < .seconds(2))
        _ = try await store.reviews.create(ReviewCatalog.newReview(4, by: reviewer))
        #expect(store.statistics().connectionsDiscarded == 1)
        #expect(try await failing.other.ratings.get(ReviewCatalog.hotCourse).totalRatings == 3)
      }
    }
  }

  @Test("A transaction that its deadline ends in the middle of a long insert does not block a drop")
  func deadlineWithinInsert() async throws {
    try await FailingStore.with { failing in
      // The server inserts 500 documents at a time. It stops before the second time, deaf to interruptions, as it is
      // while it looks for neighbours in an index.
      let database = failing.store.core.database
      let hang: @Sendable (Bool) async throws -> Void = { isOn in
        try await failing.other.command(onAdmin: true) { writer in
          writer.append("configureFailPoint", "hangDuringBatchInsert" as StaticString)
          guard isOn else { return writer.append("mode", "off" as StaticString) }
          writer.document("mode") { $0.append("skip", Int32(1)) }
          writer.document("data") { $0.append("nss", "\(database).instructors") }
        }
      }
      try await hang(true)
      let start = ContinuousClock.now
      let error = await storeError {
        try await withStoreTimeout(.milliseconds(300)) {
          _ = try await failing.store.instructors.createMany(Array(repeating: Self.grace, count: 900))
        }
      }
      #expect(error?.code == .timeout(.response))
      #expect(ContinuousClock.now - start < .seconds(1))
      try await ContinuousClock().sleep(for: .milliseconds(1_300))
      try await hang(false)
      let drop = ContinuousClock.now
      try await failing.other.command { $0.append("drop", Collections.instructors) }
      #expect(ContinuousClock.now - drop < .seconds(2))
    }
  }

  @Test("A batch of more than the server puts into one message is followed to its end")
  func longCursor() async throws {
    try await MongoTestServer.withStore { store in
      let text = String(repeating: "x", count: 1_000_000)
      for id in 0..<24 {
        try await store.command { writer in
          writer.append("insert", "large" as StaticString)
          writer.array("documents") { writer in
            writer.document(at: 0) { writer in
              writer.append("_id", Int64(id))
              writer.append("text", text)
            }
          }
        }
      }
      let count = try await store.core.pool.lease(store.core.call("test"), .read) {
        connection, call throws(StoreError) in
        try connection.attempt(call) { () throws(CommandFailure) in
          try connection.find("large", .majorityRead, call, limit: 100) { _ in
          } each: { (document) throws(CorruptDocument) in
            if document.count < 1_000_000 { throw CorruptDocument(reason: "too short") }
          }
        }
      }
      #expect(count == 24)
      // One that is not followed to its end is not left to the server either.
      let error = await storeError {
        try await store.core.pool.lease(store.core.call("test"), .read) {
          connection, call throws(StoreError) in
          _ = try connection.attempt(call) { () throws(CommandFailure) in
            try connection.find("large", .majorityRead, call, limit: 100) { _ in
            } each: { (_) throws(CorruptDocument) in
              throw CorruptDocument(reason: "unreadable")
            }
          }
        }
      }
      #expect(error?.code == .corruptData)
      let database = store.core.database
      let cursors = try await store.command(onAdmin: true) { writer in
        writer.append("aggregate", Int32(1))
        writer.array("pipeline") { writer in
          writer.document(at: 0) { writer in
            writer.document("$currentOp") { writer in
              writer.append("allUsers", true)
              writer.append("idleCursors", true)
            }
          }
          writer.document(at: 1) { writer in
            writer.document("$match") { writer in
              writer.append("type", "idleCursor" as StaticString)
              writer.append("ns", "\(database).large")
            }
          }
        }
        writer.document("cursor") { _ in }
      }
      #expect(!cursors.contains("idleCursor"), "\(cursors)")
    }
  }
}

/// Waits until a condition holds that another thread is about to make true.
func expectEventually(
  within limit: Duration = .seconds(5), _ condition: () -> Bool,
  sourceLocation: SourceLocation = #_sourceLocation
) async throws {
  let start = ContinuousClock.now
  while !condition() {
    if ContinuousClock.now - start > limit {
      Issue.record("it did not happen within \(limit)", sourceLocation: sourceLocation)
      return
    }
    try await ContinuousClock().sleep(for: .milliseconds(5))
  }
}
