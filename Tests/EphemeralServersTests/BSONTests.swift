import Testing

@testable import EphemeralServers

@Suite struct BSONTests {
  static let sample: BSONDocument = [
    "double": .double(-0.5), "string": .string("é\u{0}x"), "document": .document(["a": .int32(1)]),
    "array": .array(["0": .bool(true), "1": .bool(false)]), "int32": .int32(.min), "int64": .int64(.max),
  ]

  @Test func whatIsWrittenIsReadBack() throws {
    #expect(try BSONDocument(bytes: Self.sample.bytes[...]) == Self.sample)
  }

  @Test func theBytesAreThoseOfTheSpecification() {
    // The example of bsonspec.org: {"hello": "world"}
    let expected: [UInt8] = Array("\u{16}\0\0\0\u{2}hello\0\u{6}\0\0\0world\0\0".utf8)
    #expect((["hello": .string("world")] as BSONDocument).bytes == expected)
  }

  @Test func typesThatAreNotNeededAreSkipped() throws {
    let values: [(UInt8, [UInt8])] = [
      (0x05, [2, 0, 0, 0, 0, 9, 9]), (0x07, Array(repeating: 1, count: 12)),
      (0x09, Array(repeating: 1, count: 8)),
      (0x0A, []), (0x0B, [97, 0, 105, 0]), (0x11, Array(repeating: 1, count: 8)),
      (0x13, Array(repeating: 1, count: 16)), (0xFF, []),
    ]
    for (type, value) in values {
      let body = [type, 120, 0] + value + (["last": .int32(5)] as BSONDocument).bytes.dropFirst(4)
      let document = try BSONDocument(bytes: (Int32(body.count + 4).littleEndianBytes + body)[...])
      #expect(document["x"] == .other, "type \(type)")
      #expect(document.int("last") == 5, "type \(type)")
    }
  }

  @Test func aDocumentCutShortAnywhereIsAnError() {
    let bytes = Self.sample.bytes
    for length in 0..<bytes.count {
      #expect(throws: BSONDocument.Malformed.self) { try BSONDocument(bytes: bytes[..<length]) }
    }
  }

  @Test func nestingIsBounded() {
    var document: BSONDocument = [:]
    for _ in 0..<200 { document = ["a": .document(document)] }
    #expect(throws: BSONDocument.Malformed.tooDeep) { try BSONDocument(bytes: document.bytes[...]) }
  }

  @Test func damagedBytesNeverTrap() {
    var random = SplitMix(seed: 20_26)
    var errors = 0
    for _ in 0..<20_000 {
      var bytes = MongoConnection.message(Self.sample)
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        bytes[Int.random(in: bytes.indices, using: &random)] = .random(in: 0...255, using: &random)
      }
      if (try? MongoConnection.document(ofMessage: bytes.prefix(.random(in: 0...bytes.count, using: &random))))
        == nil
      {
        errors += 1
      }
    }
    #expect(errors > 10_000)
  }

  @Test func aMessageMayEndWithAChecksum() throws {
    var message = MongoConnection.message(Self.sample)
    message[16] = 1
    #expect(try MongoConnection.document(ofMessage: (message + [1, 2, 3, 4])[...]) == Self.sample)
  }
}

/// A seeded generator, so that a failure can be seen again.
private struct SplitMix: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
