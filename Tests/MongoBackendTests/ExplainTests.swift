import EphemeralServers
import InstructorStore
import Testing

@testable import MongoBackend

/// What calls send, as the server's profiler wrote it down.
@Suite struct ExplainTests {
  private static func withExplainer(_ body: (MongoExplainer) async throws -> Void) async throws {
    try await MongoTestServer.withStore { store in
      let explainer = try await MongoExplainer.open(
        try await MongoTestServer.server().url, options: MongoOptions(database: store.core.database))
      try await body(explainer)
      await explainer.close()
    }
  }

  @Test("A read is there with its command, its index and what it cost, and nothing of the profiler is left")
  func read() async throws {
    try await Self.withExplainer { explainer in
      let instructors = explainer.store.instructors
      _ = try await instructors.create(
        NewInstructor(firstName: "Grace", lastName: "Hopper", courses: [.primary(42), .assistant(43)]))
      try await explainer.beginRecording()
      _ = try await instructors.team(of: 42)
      let explained = try await explainer.explainRecorded()
      #expect(explained.count == 1)
      let team = try #require(explained.first)
      #expect(team.collection == "instructors" && team.command.contains("42"), "\(team)")
      #expect(team.plan?.contains("primary_of_course") == true, "\(team)")
      #expect(team.documentsReturned == 1 && (team.keysExamined ?? 0) >= 1, "\(team)")
      let left = try await explainer.store.command { $0.append("listCollections", Int32(1)) }
      #expect(!left.contains("system.profile"))
      let level = try await explainer.store.command { $0.append("profile", Int32(-1)) }
      #expect(level.contains("\"was\" : 0"), "\(level)")
    }
  }

  @Test("Each command of a transaction is there, once")
  func transaction() async throws {
    try await Self.withExplainer { explainer in
      let store = explainer.store
      let reviewer = try await store.reviewers.create(NewReviewer(name: "R"))
      try await explainer.beginRecording()
      let review = try await store.reviews.create(ReviewCatalog.newReview(1, by: reviewer.id))
      let explained = try await explainer.explainRecorded()
      #expect(
        Set(explained.map(\.collection)).isSuperset(of: ["courseRatings", "reviewers", "reviews"]),
        "\(explained)")
      #expect(explained.contains { $0.operation == "insert" && $0.documentsReturned == 1 }, "\(explained)")
      #expect(try await store.reviews.get(review.id) == review)
    }
  }

  @Test("Counters go up with writes; sizes count documents; facts name the compressor")
  func measures() async throws {
    try await MongoTestServer.withStore { store in
      let maintenance = try MongoMaintenance(
        try await MongoTestServer.server().url, database: store.core.database)
      let before = try await maintenance.counters()
      for number in 0..<20 {
        _ = try await store.instructors.create(NewInstructor(firstName: "F\(number)", lastName: "L"))
      }
      let after = try await maintenance.counters()
      for name in ["log bytes", "log syncs"] { #expect(after[name] ?? 0 > before[name] ?? 0, "\(name)") }
      let sizes = try await maintenance.sizes()
      let instructors = try #require(sizes.first { $0.name == "instructors" })
      #expect(instructors.documents == 20 && instructors.plainBytes > 0 && instructors.indexBytes > 0)
      let facts = try await maintenance.serverFacts()
      #expect(
        facts["block compressor"] == "snappy" && facts["seconds between checkpoints"] == "60", "\(facts)")
      #expect(facts["pid"] != nil)
    }
  }

  @Test(
    "The server tells what it knows of sessions: compressors, TLS, how many, read concerns, and the order on disk"
  )
  func sessions() async throws {
    try await MongoTestServer.withStore { store in
      let url = try await MongoTestServer.server().url
      let maintenance = try MongoMaintenance(url, database: store.core.database)
      #expect(try await maintenance.agreedCompressors() == [])
      let compressed = try MongoMaintenance(
        url + "&compressors=zlib&appname=compressed", database: store.core.database)
      #expect(try await compressed.agreedCompressors() == ["zlib"])
      #expect(try await maintenance.isEncrypted() == false)
      for number in 1...20 {
        _ = try await store.instructors.create(
          NewInstructor(id: InstructorID(Int64(number)), firstName: "F", lastName: "L"))
      }
      let order = try await maintenance.idOrder(of: "instructors").sorted { $0.id < $1.id }
      #expect(order.count == 20 && order.map(\.place) == order.map(\.place).sorted(), "\(order)")
      let last = Limits.identifiers.upperBound
      for (inTransactions, level) in [(false, "majority"), (true, "snapshot")] {
        let before = try await maintenance.readsByConcern(inTransactions: inTransactions)
        _ = try await store.instructors.get(InstructorID(1))
        // A transaction that finds nothing to change.
        _ = try? await store.instructors.replacePrimary(of: CourseID(last), with: InstructorID(last))
        let after = try await maintenance.readsByConcern(inTransactions: inTransactions)
        let more = after.filter { $0.value > before[$0.key] ?? 0 }
        #expect(more[level] != nil, "\(before) \(after)")
      }
      // Suites beside this one have sessions with the usual name.
      var options = MongoOptions()
      options.database = store.core.database
      options.connections = 3
      let named = try await MongoStore.open(url + "&appname=counted", options: options)
      _ = try await named.instructors.get(InstructorID(1))
      let counted = try MongoMaintenance(url + "&appname=counted", database: store.core.database)
      #expect((1...3).contains(try await counted.openSessions() ?? 0))
      await named.close()
    }
  }
}
