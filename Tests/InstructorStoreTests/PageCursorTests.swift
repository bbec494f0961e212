import InstructorStore
import Testing

@Suite struct PageCursorTests {
  private static let call = CallContext(backend: "test", operation: "instructors.list")

  private func decode(_ token: String, _ filter: InstructorFilter) throws(StoreError) -> InstructorKey {
    try PageCursor(token: token).instructorKey(filter: filter, Self.call)
  }

  @Test func roundTrip() throws {
    let texts = ["a", "Jos\u{E9}", "Jose\u{301}", "🎓", "%_\\'\"$", String(repeating: "🎓", count: 64)]
    let filters = [
      InstructorFilter.all, InstructorFilter(organization: "o"), InstructorFilter(lastNamePrefix: "o"),
      InstructorFilter(organization: "o", lastNamePrefix: "🎓"),
    ]
    for last in texts {
      for first in texts {
        for id in [1, 255, 256, 1 << 53, (1 << 62) - 1] as [Int64] {
          for filter in filters {
            let key = InstructorKey(lastName: last, firstName: first, id: InstructorID(id))
            let cursor = PageCursor(after: key, filter: filter)
            let decoded = try decode(cursor.token, filter)
            #expect(Bytewise.equal(decoded.lastName, last) && Bytewise.equal(decoded.firstName, first))
            #expect(decoded.id == InstructorID(id))
            #expect(cursor.token.utf8.count < 2_048)
            #expect(cursor.token.utf8.allSatisfy { Self.alphabet.contains($0) })
          }
        }
      }
    }
  }

  private static let alphabet = Set(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  /// Cursors live in bookmarks and in clients: a new version must write and read the same tokens. These were computed
  /// by another program from the format's description.
  @Test(arguments: [
    (InstructorFilter.all, "AQAGSG9wcGVyAAVHcmFjZQAAAAAAAAAqXiih-TXpX3E"),
    (
      InstructorFilter(organization: "Navy", lastNamePrefix: "Ho"),
      "AQAGSG9wcGVyAAVHcmFjZQAAAAAAAAAqxPnbHEt5-LI"
    ),
  ])
  func encodingStays(filter: InstructorFilter, token: String) throws {
    let key = InstructorKey(lastName: "Hopper", firstName: "Grace", id: 42)
    #expect(PageCursor(after: key, filter: filter).token == token)
    #expect(try decode(token, filter) == key)
  }

  @Test func everyChangedCharacterIsFound() {
    let filter = InstructorFilter(organization: "Navy")
    let key = InstructorKey(lastName: "Hopper", firstName: "Grace", id: 42)
    let token = Array(PageCursor(after: key, filter: filter).token.utf8)
    for index in token.indices {
      for other in UInt8.min...127 where other != token[index] {
        var changed = token
        changed[index] = other
        #expect(throws: StoreError.self) { try self.decode(String(decoding: changed, as: UTF8.self), filter) }
      }
      var shorter = token
      shorter.remove(at: index)
      #expect(throws: StoreError.self) { try self.decode(String(decoding: shorter, as: UTF8.self), filter) }
    }
  }

  @Test func randomTextsAreRefused() {
    var random = SystemRandomNumberGenerator()
    let alphabet = Array(Self.alphabet)
    for _ in 0..<20_000 {
      let length = Int.random(in: 0...200, using: &random)
      let bytes = (0..<length).map { _ in alphabet.randomElement(using: &random) ?? 65 }
      #expect(throws: StoreError.self) { try self.decode(String(decoding: bytes, as: UTF8.self), .all) }
    }
  }

  @Test func filtersThatLookAlikeAreDifferent() {
    let key = InstructorKey(lastName: "a", firstName: "b", id: 1)
    let filters = [
      InstructorFilter.all, InstructorFilter(organization: "ab"), InstructorFilter(lastNamePrefix: "ab"),
      InstructorFilter(organization: "a", lastNamePrefix: "b"), InstructorFilter(organization: "Jos\u{E9}"),
      InstructorFilter(organization: "Jose\u{301}"),
    ]
    for (index, made) in filters.enumerated() {
      for (other, used) in filters.enumerated() where other != index {
        let token = PageCursor(after: key, filter: made).token
        #expect(throws: StoreError.self) { try self.decode(token, used) }
      }
    }
  }

  @Test func refusalIsAnInvalidArgumentWithoutTheToken() throws {
    let error = try #require(throws: StoreError.self) { try self.decode("secret", .all) }
    #expect(error.code == .invalidArgument)
    #expect(!error.description.contains("secret"))
  }

  @Test func keysAreOrderedByLastNameFirstNameAndID() {
    let keys = [
      InstructorKey(lastName: "A", firstName: "Z", id: 9),
      InstructorKey(lastName: "a", firstName: "A", id: 3),
      InstructorKey(lastName: "a", firstName: "B", id: 1),
      InstructorKey(lastName: "a", firstName: "B", id: 2),
      InstructorKey(lastName: "aa", firstName: "A", id: 1),
    ]
    for (left, right) in zip(keys, keys.dropFirst()) {
      #expect(InstructorKey.precedes(left, right) && !InstructorKey.precedes(right, left))
    }
  }
}
