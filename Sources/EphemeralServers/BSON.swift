/// A BSON document: as much of the format as a few administrative commands need, which is to write them
/// and to read any reply. Names keep their order, since the first one is the command.
struct BSONDocument: Sendable, Equatable, ExpressibleByDictionaryLiteral {
  /// A value; `other` stands for one whose type nothing here needs, and can't be written.
  indirect enum Value: Sendable, Equatable {
    case double(Double)
    case string(String)
    case document(BSONDocument)
    case array(BSONDocument)
    case bool(Bool)
    case int32(Int32)
    case int64(Int64)
    case other
  }

  struct Field: Sendable, Equatable {
    let name: String
    let value: Value
  }

  /// Why bytes aren't a document.
  enum Malformed: Error, Equatable {
    case truncated, badLength, tooDeep
    case unknownType(UInt8)
  }

  private(set) var fields: [Field] = []

  init(dictionaryLiteral elements: (String, Value)...) {
    fields = elements.map { Field(name: $0.0, value: $0.1) }
  }

  /// Adds a field at the end.
  mutating func append(_ name: String, _ value: Value) {
    fields.append(Field(name: name, value: value))
  }

  /// The first value with that name.
  subscript(_ name: String) -> Value? { fields.first { $0.name == name }?.value }

  func string(_ name: String) -> String? {
    if case .string(let value)? = self[name] { value } else { nil }
  }

  /// A truth value, also where the server writes it as a number, as in `ok: 1.0`.
  func bool(_ name: String) -> Bool {
    switch self[name] {
    case .bool(let value)?: value
    case .double(let value)?: value != 0
    case .int32(let value)?: value != 0
    case .int64(let value)?: value != 0
    default: false
    }
  }

  func int(_ name: String) -> Int? {
    switch self[name] {
    case .int32(let value)?: Int(value)
    case .int64(let value)?: Int(value)
    case .double(let value)?: Int(exactly: value)
    default: nil
    }
  }
}

// MARK: - Bytes

extension BSONDocument {
  /// The document as bytes. Fields of the value `other` are left out.
  var bytes: [UInt8] {
    var body: [UInt8] = []
    for field in fields { Self.append(field, to: &body) }
    return Int32(body.count + 5).littleEndianBytes + body + [0]
  }

  private static func append(_ field: Field, to body: inout [UInt8]) {
    func put(_ type: UInt8, _ value: [UInt8]) {
      body += [type] + Array(field.name.utf8) + [0] + value
    }
    switch field.value {
    case .double(let value): put(0x01, value.bitPattern.littleEndianBytes)
    case .string(let value):
      put(0x02, Int32(value.utf8.count + 1).littleEndianBytes + Array(value.utf8) + [0])
    case .document(let value): put(0x03, value.bytes)
    case .array(let value): put(0x04, value.bytes)
    case .bool(let value): put(0x08, [value ? 1 : 0])
    case .int32(let value): put(0x10, value.littleEndianBytes)
    case .int64(let value): put(0x12, value.littleEndianBytes)
    case .other: break
    }
  }

  /// Reads a document that fills all of `bytes`.
  init(bytes: ArraySlice<UInt8>) throws(Malformed) {
    var reader = BSONReader(bytes)
    self = try reader.document(depth: 0)
    guard reader.isAtEnd else { throw .badLength }
  }

}

/// Reads forward through untrusted bytes; every length is checked before it is used.
private struct BSONReader {
  private var rest: ArraySlice<UInt8>
  /// The depth that mongod itself allows.
  private static let maximumDepth = 100

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func document(depth: Int) throws(BSONDocument.Malformed) -> BSONDocument {
    guard depth <= Self.maximumDepth else { throw .tooDeep }
    let length = Int(try integer(Int32.self))
    // 4 of the length itself have been taken; the last byte is a 0.
    guard length >= 5, length - 4 <= rest.count else { throw .badLength }
    var inner = BSONReader(rest.prefix(length - 4))
    rest = rest.dropFirst(length - 4)
    var document: BSONDocument = [:]
    while true {
      let type = try inner.take(1).first ?? 0
      if type == 0 { break }
      let name = try inner.terminatedString()
      document.append(name, try inner.value(type, depth: depth))
    }
    guard inner.isAtEnd else { throw .badLength }
    return document
  }

  private mutating func value(
    _ type: UInt8, depth: Int
  ) throws(BSONDocument.Malformed) -> BSONDocument.Value {
    switch type {
    case 0x01: return .double(Double(bitPattern: try integer(UInt64.self)))
    case 0x02: return .string(try string())
    case 0x03: return .document(try document(depth: depth + 1))
    case 0x04: return .array(try document(depth: depth + 1))
    case 0x08: return .bool(try take(1).first != 0)
    case 0x10: return .int32(try integer(Int32.self))
    case 0x12: return .int64(try integer(Int64.self))
    case 0x05:  // binary: length, subtype, bytes
      let length = Int(try integer(Int32.self))
      guard length >= 0 else { throw .badLength }
      _ = try take(length + 1)
    case 0x06, 0x0A, 0x7F, 0xFF: break  // undefined, null, greatest and least key
    case 0x07: _ = try take(12)  // object id
    case 0x09, 0x11: _ = try take(8)  // date, timestamp
    case 0x0B:  // regular expression and its options
      _ = try terminatedString()
      _ = try terminatedString()
    case 0x13: _ = try take(16)  // decimal
    default: throw .unknownType(type)
    }
    return .other
  }

  private mutating func take(_ count: Int) throws(BSONDocument.Malformed) -> ArraySlice<UInt8> {
    guard count <= rest.count else { throw .truncated }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  private mutating func integer<Integer: FixedWidthInteger>(
    _: Integer.Type
  ) throws(BSONDocument.Malformed) -> Integer {
    Integer(littleEndianBytes: try take(Integer.bitWidth / 8))
  }

  private mutating func string() throws(BSONDocument.Malformed) -> String {
    let length = Int(try integer(Int32.self))
    guard length >= 1 else { throw .badLength }
    return String(decoding: try take(length).dropLast(), as: UTF8.self)
  }

  private mutating func terminatedString() throws(BSONDocument.Malformed) -> String {
    guard let end = rest.firstIndex(of: 0) else { throw .truncated }
    let text = try take(end - rest.startIndex)
    _ = try take(1)
    return String(decoding: text, as: UTF8.self)
  }
}

extension FixedWidthInteger {
  /// The bytes of this number, the lowest first.
  var littleEndianBytes: [UInt8] {
    withUnsafeBytes(of: littleEndian) { Array($0) }
  }

  /// A number from at most as many bytes as it has, the lowest first.
  init(littleEndianBytes bytes: some Collection<UInt8>) {
    self = bytes.prefix(Self.bitWidth / 8).enumerated().reduce(0) { sum, byte in
      sum | Self(truncatingIfNeeded: byte.element) << (8 * byte.offset)
    }
  }
}
