import CLibMongoC
import InstructorStore
import Testing

@testable import MongoBackend

struct InstructorDocumentTests {
  private static let seed = UInt64.random(in: 0...999_999)

  @Test("What is encoded decodes to the same, and libbson finds it valid")
  func roundTrip() throws {
    var random = SplitMix(state: Self.seed)
    var writer = BSONWriter(capacity: 64)
    for _ in 0..<2_000 {
      let instructor = Instructor.random(using: &random)
      writer.begin { $0.appendInstructor(instructor) }
      let decoded = try InstructorDocument.decode(writer.bytes)
      #expect(decoded == instructor, "seed \(Self.seed)")
      let document = try #require(bson_new_from_data(writer.bytes.baseAddress, writer.count))
      defer { bson_destroy(document) }
      #expect(bson_validate(document, BSON_VALIDATE_UTF8, nil), "seed \(Self.seed)")
    }
  }

  @Test("Any damage to a document is an error or a value within the limits, never a trap")
  func fuzz() {
    var random = SplitMix(state: Self.seed)
    var writer = BSONWriter()
    var refused = 0
    let attempts = 20_000
    for _ in 0..<attempts {
      writer.begin { $0.appendInstructor(.random(using: &random)) }
      var bytes = Array(writer.bytes)
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
          bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(
            in: .min ... .max, using: &random)
        case 1: bytes.removeLast(Int.random(in: 0...min(bytes.count - 1, 40), using: &random))
        case 2:
          bytes.insert(
            UInt8.random(in: .min ... .max, using: &random), at: Int.random(in: bytes.indices, using: &random)
          )
        default:
          bytes.swapAt(
            Int.random(in: bytes.indices, using: &random), Int.random(in: bytes.indices, using: &random))
        }
      }
      // Half of them with the right length in front, so that more than the first check is tried.
      if Bool.random(using: &random), bytes.count >= 5 {
        withUnsafeBytes(of: Int32(bytes.count).littleEndian) { bytes.replaceSubrange(0..<4, with: $0) }
        bytes[bytes.count - 1] = 0
      }
      do {
        let decoded = try bytes.withUnsafeBytes { try InstructorDocument.decode($0) }
        #expect(Limits.identifiers.contains(decoded.id.rawValue))
      } catch {
        refused += 1
      }
    }
    #expect(refused > attempts / 4, "seed \(Self.seed)")
    #expect(throws: CorruptDocument.self) {
      try InstructorDocument.decode(UnsafeRawBufferPointer(start: nil, count: 0))
    }
  }

  /// Documents that somebody else might have written, and the field that is wrong.
  @Test(arguments: [
    "no _id", "_id of 32 bits", "_id of 0", "version of 0", "no lastName", "firstName is a number",
    "invalid UTF-8",
    "learners is a double", "rating of 51", "rating of 64 bits", "courses are a number", "course of 32 bits",
    "course of 0", "course twice", "course in both arrays",
  ])
  func corrupt(_ what: String) {
    var writer = BSONWriter()
    writer.begin { writer in
      if what == "_id of 32 bits" {
        writer.append("_id", Int32(1))
      } else if what != "no _id" {
        writer.append("_id", Int64(what == "_id of 0" ? 0 : 1))
      }
      writer.append("version", Int64(what == "version of 0" ? 0 : 1))
      if what == "firstName is a number" {
        writer.append("firstName", Int64(1))
      } else {
        writer.append("firstName", "A" as String)
      }
      if what != "no lastName" { writer.append("lastName", "B#" as String) }
      if what == "learners is a double" {
        writer.append("learners", date: 1)
      } else {
        writer.append("learners", Int64(1))
      }
      if what == "rating of 51" { writer.append("averageRatingTenths", Int32(51)) }
      if what == "rating of 64 bits" { writer.append("averageRatingTenths", Int64(5)) }
      writer.append("ratingCount", Int64(1))
      if what == "courses are a number" { writer.append("primaryOf", Int64(5)) }
      if what == "course of 32 bits" { writer.array("primaryOf") { $0.document(at: 0) { _ in } } }
      if what == "course of 0" { writer.array("primaryOf") { $0.append(at: 0, Int64(0)) } }
      if what == "course twice" {
        writer.array("assists") { writer in
          writer.append(at: 0, Int64(5))
          writer.append(at: 1, Int64(5))
        }
      }
      if what == "course in both arrays" {
        writer.array("primaryOf") { $0.append(at: 0, Int64(5)) }
        writer.array("assists") { $0.append(at: 0, Int64(5)) }
      }
    }
    var bytes = Array(writer.bytes)
    if what == "invalid UTF-8", let hash = bytes.firstIndex(of: UInt8(ascii: "#")) { bytes[hash] = 0xFF }
    #expect(throws: CorruptDocument.self) { try bytes.withUnsafeBytes { try InstructorDocument.decode($0) } }
  }

  @Test("Fields of a newer code, and arrays in another order, are read")
  func unknownFieldsAndOrder() throws {
    var writer = BSONWriter()
    writer.begin { writer in
      writer.document("inNewerCode") { $0.append("x", true) }
      writer.array("assists") { writer in
        writer.append(at: 0, Int64(9))
        writer.append(at: 1, Int64(3))
      }
      writer.append("ratingCount", Int64(0))
      writer.append("learners", Int64(0))
      writer.append("lastName", "B" as String)
      writer.append("firstName", "A" as String)
      writer.append("version", Int64(1))
      writer.append("_id", Int64(1))
    }
    let decoded = try InstructorDocument.decode(writer.bytes)
    #expect(decoded.courses == [.assistant(3), .assistant(9)])
  }
}

struct BSONWriterTests {
  @Test("Keys of an array are its positions")
  func arrayKeys() throws {
    var writer = BSONWriter(capacity: 64)
    writer.begin { writer in
      writer.array("a") { writer in
        for index in 0..<1_234 { writer.append(at: index, Int64(index)) }
      }
    }
    var outer = BSONReader(writer.bytes)
    let array = try #require(try outer.next()?.nested)
    var reader = BSONReader(array)
    var index = 0
    while let element = try reader.next() {
      #expect(element.name == "\(index)")
      #expect(try element.int64() == Int64(index))
      index += 1
    }
    #expect(index == 1_234)
  }
}

/// Sebastiano Vigna's SplitMix64, for reproducible tests.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}

extension Instructor {
  static func random(using random: inout SplitMix) -> Instructor {
    func text(_ bytes: ClosedRange<Int>) -> String {
      let letters = Array("aZ09 é漢🎓$.\"'\\\u{301}")
      var text = ""
      let length = Int.random(in: 1...min(30, bytes.upperBound / 8), using: &random)
      for _ in 0..<length { text.append(letters.randomElement(using: &random) ?? "a") }
      return text
    }
    func optional(_ bytes: ClosedRange<Int>) -> String? { Bool.random(using: &random) ? text(bytes) : nil }
    let count = [0, 1, 2, 3, 40].randomElement(using: &random) ?? 0
    let ids = Set((0..<count).map { _ in Int64.random(in: Limits.identifiers, using: &random) })
    return Instructor(
      id: InstructorID(.random(in: Limits.identifiers, using: &random)),
      version: .random(in: 1...Int64.max, using: &random),
      firstName: text(Limits.firstNameBytes), middleInitial: optional(Limits.middleInitialBytes),
      lastName: text(Limits.lastNameBytes), academicTitle: optional(Limits.academicTitleBytes),
      title: optional(Limits.titleBytes), organization: optional(Limits.organizationBytes),
      learners: .random(in: Limits.counters, using: &random),
      averageRating: Bool.random(using: &random)
        ? AverageRating(tenths: .random(in: 0...50, using: &random)) : nil,
      ratingCount: .random(in: Limits.counters, using: &random),
      courses: ids.sorted().map {
        CourseAssignment(courseID: CourseID($0), role: Bool.random(using: &random) ? .primary : .assistant)
      })
  }
}
