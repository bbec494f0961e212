import DriverKit
import EphemeralServers
import InstructorStore
import Testing

@testable import MongoBackend

/// What a write waits for, whatever the URL says.
struct DurabilityTests {
  private static let call = CallContext(backend: "mongo", operation: "test")

  private func address(_ query: String, isDurable: Bool = true) throws -> MongoAddress {
    try MongoAddress("mongodb://h/x?\(query)", options: MongoOptions(isDurable: isDurable), Self.call)
  }

  @Test("The URL weakens nothing by itself")
  func address() throws {
    #expect(try address("w=1&journal=false").writeConcern == .majority)
    #expect(try address("").writeConcern == .majority)
    #expect(try address("", isDurable: false).writeConcern == .majority)
    #expect(
      try address("w=1&journal=false", isDurable: false).writeConcern
        == .relaxed(acknowledgements: 1, isJournaled: false))
    for isDurable in [true, false] {
      #expect(throws: StoreError.self) { try address("w=0", isDurable: isDurable) }
    }
  }

  @Test("What other processes rely on is durable even where data is not")
  func concerns() {
    let relaxed = WriteConcern.relaxed(acknowledgements: 1, isJournaled: false)
    func bytes(_ concern: Concern, _ writeConcern: WriteConcern) -> [UInt8] {
      var writer = BSONWriter()
      writer.begin { concern.append(to: &$0, writeConcern) }
      return Array(writer.bytes)
    }
    #expect(bytes(.durableWrite, relaxed) == bytes(.write, .majority))
    #expect(bytes(.write, relaxed) != bytes(.write, .majority))
  }

  @Test("A store with relaxed writes migrates, draws ids, and loads", arguments: [true, false])
  func relaxedStore(isDurable: Bool) async throws {
    let url = try await MongoTestServer.server().url
    let name = MongoTestServer.freshDatabaseName()
    let store = try await MongoStore.open(
      "\(url)&w=1&journal=false", options: MongoOptions(database: name, isDurable: isDurable))
    for _ in 0..<3 {
      try await store.migrate()
      _ = try await store.instructors.create(NewInstructor(firstName: "A", lastName: "B"))
      try await store.dropDatabase()
    }
    await store.close()
  }
}
