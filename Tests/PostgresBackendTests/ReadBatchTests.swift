import DriverKit
import InstructorStore
import Testing

@testable import PostgresBackend

/// Reads that share a pipeline with a real server, and lookups that share a statement. The store has one connection, which
/// is kept busy until all calls wait, so that they go together.
@Suite(.serialized) struct ReadBatchTests {
  private static let grace = NewInstructor(firstName: "Grace", lastName: "Hopper")
  private static let oneConnection = PostgresOptions.patient()

  private static let quotient = Statement("SELECT 100 / $1::bigint")

  private func divide(_ store: PostgresStore, _ number: Int) async throws(StoreError) -> Int64 {
    try await store.pool.read(store.call("test"), Self.quotient) { parameters in
      parameters.append(Int64(number))
    } decode: { (result: borrowing PostgresResult) throws(DecodingFailure) in
      try result.integer(0, 0)
    }
  }

  @Test func oneBadReadInAFullBatchFailsAlone() async throws {
    try await PostgresTestServer.withStore(Self.oneConnection) { store, _ in
      // The first to be prepared fails in the same batch.
      let results = try await together(256, on: store) { number throws(StoreError) in
        try await divide(store, number % 100)
      }
      for (number, result) in results.enumerated() {
        if number % 100 == 0 {
          #expect(throws: StoreError.self) { try result.get() }
        } else {
          #expect(try result.get() == Int64(100 / (number % 100)))
        }
      }
      #expect(store.statistics().largestBatch == 256)
    }
  }

  /// What a lookup of any kind gave, for comparing.
  private func lookUp(
    _ number: Int, _ store: PostgresStore, _ ids: [InstructorID], _ reviewer: ReviewerID,
    _ reviews: [ReviewID]
  ) async throws(StoreError) -> String {
    // Every key several times, some that nothing has, and courses with 0 to 3 people.
    let key = number / 6 % 7
    switch number % 6 {
    case 0: return "\(try await store.instructors.get(key < ids.count ? ids[key] : InstructorID(1 << 60)))"
    case 1: return "\(try await store.instructors.team(of: CourseID(Int64(key + 1))))"
    case 2: return "\(String(describing: try await store.instructors.primary(of: CourseID(Int64(key + 1)))))"
    case 3: return "\(try await store.ratings.get(CourseID(Int64(key + 1))))"
    case 4: return "\(try await store.reviews.get(key < reviews.count ? reviews[key] : ReviewID(1 << 60)))"
    default:
      return "\(try await store.reviewers.get(key == 0 ? reviewer : ReviewerID(Int64(1) << 60 + Int64(key))))"
    }
  }

  @Test(arguments: PostgresDataModel.allCases)
  func lookupsThatShareAStatementGetTheirOwnAnswers(model: PostgresDataModel) async throws {
    var options = Self.oneConnection
    options.dataModel = model
    try await PostgresTestServer.withStore(options) { store, _ in
      var ids: [InstructorID] = []
      for number in Int64(1)...5 {
        let courses =
          [CourseAssignment.primary(CourseID(number))] + (1..<min(number, 4)).map { .assistant(CourseID($0)) }
        ids.append(
          try await store.instructors.create(
            NewInstructor(firstName: "F\(number)", lastName: "L", courses: courses)
          ).id)
      }
      let reviewer = try await store.reviewers.create(NewReviewer(name: "R")).id
      var reviews: [ReviewID] = []
      for number in Int64(1)...3 {
        reviews.append(
          try await store.reviews.create(
            NewReview(
              courseID: CourseID(number), reviewerID: reviewer, stars: .init(halves: 7),
              comment: "c\(number)",
              createdAt: Timestamp(milliseconds: number))
          ).id)
      }
      let count = 84
      var alone: [Result<String, StoreError>] = []
      for number in 0..<count {
        do throws(StoreError) {
          alone.append(.success(try await lookUp(number, store, ids, reviewer, reviews)))
        } catch {
          alone.append(.failure(error))
        }
      }
      let exchanges = store.statistics().exchanges
      let shared = try await together(count, on: store) { [ids, reviews] number throws(StoreError) in
        try await lookUp(number, store, ids, reviewer, reviews)
      }
      // One for whoever kept the connection busy.
      #expect(store.statistics().exchanges == exchanges + 2)
      for (alone, shared) in zip(alone, shared) {
        #expect(shared.success == alone.success)
        #expect(shared.failure?.code == alone.failure?.code)
      }
      #expect(alone.contains { $0.failure?.code == .notFound })
    }
  }

  @Test(arguments: PostgresDataModel.allCases)
  func teamsThatDontFitIntoOneAnswerShareTheNext(model: PostgresDataModel) async throws {
    var options = Self.oneConnection
    options.dataModel = model
    let recorder = StatementRecorder()
    options.recorder = recorder
    try await PostgresTestServer.withStore(options) { store, _ in
      // Sixty times thirty members: more than 1,001 and sixteen for each further course.
      let courses = 30
      let members = try await store.instructors.createMany(
        (0..<60).map { number in
          NewInstructor(
            firstName: "F\(number)", lastName: "L",
            courses: (1...courses).map { .assistant(CourseID(Int64($0))) })
        })
      recorder.begin()
      // Two callers a course, and two for one without a team.
      let results = try await together(2 * courses + 2, on: store) { number throws(StoreError) in
        try await store.instructors.team(of: CourseID(Int64(number / 2 + 1)))
      }
      let sent = recorder.end().map(\.statement.number)
      for (number, result) in results.enumerated() {
        let team = try result.get()
        #expect(team.courseID == CourseID(Int64(number / 2 + 1)) && team.primary == nil)
        #expect(team.assistants == (number / 2 < courses ? members : []))
      }
      let team = (model == .relational ? InstructorReads.relational : .document).team
      #expect(sent.filter { $0 == team.many.number }.count == 2)
      #expect(!sent.contains(team.one.number))
    }
  }

  @Test func aTeamOverTheLimitFailsAlone() async throws {
    try await PostgresTestServer.withStore(Self.oneConnection) { store, _ in
      let members = (0...Limits.teamMembers).map { _ in
        NewInstructor(firstName: "A", lastName: "L", courses: [.assistant(1), .assistant(2)])
      }
      for start in stride(from: 0, to: members.count, by: Limits.itemsPerCreate.upperBound) {
        _ = try await store.instructors.createMany(
          Array(members.dropFirst(start).prefix(Limits.itemsPerCreate.upperBound)))
      }
      _ = try await store.instructors.create(
        NewInstructor(firstName: "P", lastName: "L", courses: [.primary(3), .assistant(4)]))
      let results = try await together(8, on: store) { number throws(StoreError) in
        try await store.instructors.team(of: CourseID(Int64(number / 2 + 1)))
      }
      for number in 0..<4 { #expect(results[number].failure?.code == .resourceExhausted) }
      for number in 4..<6 { #expect(results[number].success?.primary?.firstName == "P") }
      for number in 6..<8 { #expect(results[number].success?.assistants.map(\.firstName) == ["P"]) }
    }
  }

  @Test func readsWhoseStatementsTheServerHasForgottenPrepareThemAgain() async throws {
    try await PostgresTestServer.withStore(Self.oneConnection) { store, _ in
      _ = try await divide(store, 1)
      let ids = try await store.instructors.createMany((0..<20).map { _ in Self.grace }).map(\.id)
      _ = try await together(20, on: store) { number throws(StoreError) in
        try await store.instructors.get(ids[number])
      }
      try await store.pool.lease(store.call("test"), .write) { (connection, call) throws(StoreError) in
        try connection.simple(call, "DEALLOCATE ALL")
      }
      let results = try await together(20, on: store) { number throws(StoreError) in
        number % 2 == 0
          ? try await store.instructors.get(ids[number]).id.rawValue : try await divide(store, number)
      }
      for (number, result) in results.enumerated() {
        #expect(try result.get() == (number % 2 == 0 ? ids[number].rawValue : Int64(100 / number)))
      }
      // The shared statement is prepared again, too: this takes one exchange, and one for whoever kept the connection busy.
      for _ in 0..<2 {
        let exchanges = store.statistics().exchanges
        _ = try await together(20, on: store) { number throws(StoreError) in
          try await store.instructors.get(ids[number]).id.rawValue
        }
        #expect(store.statistics().exchanges == exchanges + 2)
      }
    }
  }

  @Test func readsWhoseSessionIsTerminatedRunAgain() async throws {
    try await PostgresTestServer.withStore(Self.oneConnection) { store, schema in
      let ids = try await store.instructors.createMany((0..<20).map { _ in Self.grace }).map(\.id)
      let before = store.statistics()
      try await TableLock.hold("instructors", mode: "ACCESS EXCLUSIVE", schema: schema) { lock in
        let results = try await together(20, on: store) { number throws(StoreError) in
          try await store.instructors.get(ids[number]).id
        } meanwhile: { _ in
          try await lock.waitForWaiter()
          try await lock.killWaiters()
          lock.unlock()
        }
        for (number, result) in results.enumerated() { #expect(try result.get() == ids[number]) }
      }
      // The lease that held the connection, and the batch, which went on where it had begun.
      #expect(store.statistics().exchanges == before.exchanges + 2)
      #expect(store.statistics().connectionsDiscarded == before.connectionsDiscarded + 1)
    }
  }

  @Test func aReadThatEndsEverySessionItIsTriedOnCostsThoseBehindItOnly() async throws {
    try await PostgresTestServer.withStore(Self.oneConnection) { store, _ in
      let ids = try await store.instructors.createMany((0..<20).map { _ in Self.grace }).map(\.id)
      let before = store.statistics().connectionsDiscarded
      let results = try await together(20, on: store) { number throws(StoreError) in
        if number > 10 { return try await divide(store, number) }
        if number < 10 { return try await store.instructors.get(ids[number]).id.rawValue }
        return try await store.pool.read(
          store.call("test"),
          Statement("SELECT pg_terminate_backend(pg_backend_pid()), pg_backend_pid()::bigint")
        ) { (result: borrowing PostgresResult) throws(DecodingFailure) in try result.integer(0, 1) }
      }
      for number in 0..<10 { #expect(try results[number].get() == ids[number].rawValue) }
      for number in 10..<20 {
        #expect(results[number].failure?.code == .unreachable)
        #expect(results[number].failure?.outcome == .notApplied)
      }
      // It was tried twice.
      #expect(store.statistics().connectionsDiscarded == before + 2)
      #expect(try await divide(store, 2) == 50)
    }
  }
}
