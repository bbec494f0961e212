import EphemeralServers
import InstructorStore
import Testing

@testable import MongoBackend

@Suite(.serialized)
struct SchemaTests {
  private func setSchema(_ store: MongoStore, _ build: @escaping @Sendable (inout BSONWriter) -> Void)
    async throws
  {
    try await store.command { writer in
      writer.append("update", Collections.schema)
      writer.array("updates") { writer in
        writer.document(at: 0) { writer in
          writer.document("q") { $0.append("_id", SchemaState.documentID) }
          writer.document("u") { $0.document("$set", build) }
        }
      }
    }
  }

  private func expectMismatch(_ body: () async throws -> Void) async {
    await #expect { try await body() } throws: { ($0 as? StoreError)?.code == .schemaMismatch }
  }

  @Test("A newer schema is refused unless it says that this code still fits")
  func newerSchema() async throws {
    try await MongoTestServer.withStore { store in
      try await setSchema(store) { writer in
        writer.append("version", Int64(99))
        writer.append("oldestCode", Int64(1))
      }
      try await store.ping()
      try await store.migrate()
      try await setSchema(store) { $0.append("oldestCode", SchemaVersion.current + 1) }
      await expectMismatch { try await store.ping() }
      await expectMismatch { _ = try await store.instructors.count(.all, upTo: 1) }
      await expectMismatch { try await store.migrate() }
    }
  }

  @Test("A handle that had seen a good schema notices within the stated time that it has gone")
  func freshness() async throws {
    try await MongoTestServer.withStore { store in
      _ = try await store.instructors.count(.all, upTo: 1)
      try await setSchema(store) { $0.append("oldestCode", SchemaVersion.current + 1) }
      let clock = ContinuousClock()
      let start = clock.now
      while clock.now - start < MongoStore.schemaFreshness + .seconds(2) {
        do {
          _ = try await store.instructors.count(.all, upTo: 1)
        } catch {
          #expect((error as? StoreError)?.code == .schemaMismatch)
          return
        }
        try await clock.sleep(for: .milliseconds(50))
      }
      Issue.record("the schema was not looked at again")
    }
  }

  @Test("The marker of a load whose process lives is respected; one that has died is put in order")
  func deadLoad() async throws {
    try await MongoTestServer.withStore { store in
      try await store.command { writer in
        writer.append("insert", Collections.instructors)
        writer.append("bypassDocumentValidation", true)
        writer.array("documents") { $0.document(at: 0) { $0.append("_id", Int64(1)) } }
      }
      try await store.command { writer in
        writer.append("dropIndexes", Collections.instructors)
        writer.append("index", "*" as StaticString)
      }
      for (until, isAlive) in [(Int64(1) << 45, true), (1, false)] {
        try await setSchema(store) { writer in
          writer.document("loading") { writer in
            writer.append("holder", "somebody" as String)
            writer.append("until", date: until)
            writer.append("wasEmpty", true)
          }
        }
        await expectMismatch { try await store.ping() }
        if isAlive {
          await expectMismatch { try await store.migrate() }
          await expectMismatch {
            _ = try await store.bulkLoad(BulkLoad(instructors: BulkSource(count: 0) { _ in [] }))
          }
        } else {
          try await store.migrate()
        }
      }
      #expect(try await store.instructors.count(.all, upTo: 10) == 0)
      _ = try await store.instructors.create(
        NewInstructor(firstName: "A", lastName: "B", courses: [.primary(1)]))
      await #expect {
        _ = try await store.instructors.create(
          NewInstructor(firstName: "A", lastName: "B", courses: [.primary(1)]))
      } throws: { ($0 as? StoreError)?.constraint == .primaryOfCourse }
    }
  }

  @Test("A lease that its holder did not give back ends by itself")
  func deadLease() async throws {
    var options = MongoOptions()
    options.database = MongoTestServer.freshDatabaseName()
    let store = try await MongoStore.open(try await MongoTestServer.server().url, options: options)
    for until in [Int64(1) << 45, 1] {
      try await store.command { writer in
        writer.append("update", Collections.schema)
        writer.array("updates") { writer in
          writer.document(at: 0) { writer in
            writer.document("q") { $0.append("_id", "lease" as StaticString) }
            writer.document("u") { writer in
              writer.document("$set") { writer in
                writer.append("holder", "somebody" as String)
                writer.append("until", date: until)
              }
            }
            writer.append("upsert", true)
          }
        }
      }
      if until == 1 {
        try await store.migrate()
      } else {
        await #expect {
          try await withStoreTimeout(.milliseconds(300)) { try await store.migrate() }
        } throws: { error in
          if case .timeout = (error as? StoreError)?.code { true } else { false }
        }
      }
    }
    try await store.ping()
    try await store.dropDatabase()
    await store.close()
  }

  @Test("Only a database that carries the mark is emptied or removed")
  func maintenance() async throws {
    let url = try await MongoTestServer.server().url
    let maintenance = try MongoMaintenance(url, database: MongoTestServer.freshDatabaseName())
    #expect(try await maintenance.state() == .absent)
    try await maintenance.remove()
    try await maintenance.create()
    #expect(try await maintenance.state() == .marked)
    let store = try await MongoStore.open(url, options: MongoOptions(database: maintenance.database))
    try await store.migrate()
    _ = try await store.instructors.create(NewInstructor(firstName: "A", lastName: "B"))
    try await maintenance.settle()
    let settings = try await maintenance.settings()
    #expect(settings["version"]?.isEmpty == false)
    #expect(settings["storage engine"] == "wiredTiger")
    #expect(Int(settings["cache bytes"] ?? "") ?? 0 > 0)
    try await store.command { writer in
      writer.append("insert", "theirs" as StaticString)
      writer.array("documents") { $0.document(at: 0) { _ in } }
    }
    #expect(try await maintenance.state() == .foreign(["theirs"]))
    for change in [maintenance.create, maintenance.remove] {
      let error = await storeError { try await change() }
      #expect(error?.code == .conflict)
      #expect(error?.description.contains("theirs") == true)
    }
    #expect(try await store.instructors.count(.all, upTo: 10) == 1)
    try await store.command { $0.append("drop", "theirs" as StaticString) }
    try await maintenance.create()
    await expectMismatch { try await store.ping() }
    try await maintenance.remove()
    #expect(try await maintenance.state() == .absent)
    try await store.migrate()
    #expect(try await maintenance.state() == .foreign(["counters", "courseRatings", "instructors"]))
    for change in [maintenance.create, maintenance.remove] {
      await #expect { try await change() } throws: { ($0 as? StoreError)?.code == .conflict }
    }
    try await store.ping()
    try await store.dropDatabase()
    await store.close()
  }
}
