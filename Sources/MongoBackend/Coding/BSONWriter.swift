/// Builds one BSON document at a time, bytes straight into one buffer that is used again for the next.
///
/// Every text is written with its explicit length. Source of the layout: bsonspec.org, version 1.1.
struct BSONWriter: ~Copyable {
  private var storage: UnsafeMutableRawPointer
  private var capacity: Int
  private(set) var count = 0

  init(capacity: Int = 2_048) {
    self.capacity = max(64, capacity)
    storage = .allocate(byteCount: self.capacity, alignment: 16)
  }

  deinit { storage.deallocate() }

  /// What was written; valid until the writer changes.
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: storage, count: count) }

  /// Drops what was written and writes a new document.
  mutating func begin<Failure: Error>(_ body: (inout BSONWriter) throws(Failure) -> Void) throws(Failure) {
    count = 0
    try nested(body)
  }

  // MARK: Named elements

  mutating func append(_ key: StaticString, _ value: Int64) {
    header(.int64, key)
    integer(value)
  }

  mutating func append(_ key: StaticString, _ value: Int32) {
    header(.int32, key)
    integer(value)
  }

  mutating func append(_ key: StaticString, _ value: Bool) {
    header(.bool, key)
    byte(value ? 1 : 0)
  }

  mutating func append(_ key: StaticString, _ text: String) {
    header(.utf8, key)
    self.text(text)
  }

  /// A text that is part of the program: a name, an operator.
  mutating func append(_ key: StaticString, _ text: StaticString) {
    header(.utf8, key)
    integer(Int32(text.utf8CodeUnitCount + 1))
    name(text)
  }

  mutating func append(_ key: StaticString, date milliseconds: Int64) {
    header(.dateTime, key)
    integer(milliseconds)
  }

  /// Lower than every other value.
  mutating func appendMinimum(_ key: StaticString) { header(.minKey, key) }

  /// Higher than every other value.
  mutating func appendMaximum(_ key: StaticString) { header(.maxKey, key) }

  mutating func document<Failure: Error>(
    _ key: StaticString, _ body: (inout BSONWriter) throws(Failure) -> Void
  ) throws(Failure) {
    header(.document, key)
    try nested(body)
  }

  mutating func array<Failure: Error>(
    _ key: StaticString, _ body: (inout BSONWriter) throws(Failure) -> Void
  ) throws(Failure) {
    header(.array, key)
    try nested(body)
  }

  // MARK: Elements of an array, by position

  mutating func append(at index: Int, _ value: Int64) {
    header(.int64, index: index)
    integer(value)
  }

  mutating func append(at index: Int, _ text: StaticString) {
    header(.utf8, index: index)
    integer(Int32(text.utf8CodeUnitCount + 1))
    name(text)
  }

  mutating func document<Failure: Error>(
    at index: Int, _ body: (inout BSONWriter) throws(Failure) -> Void
  ) throws(Failure) {
    header(.document, index: index)
    try nested(body)
  }

  mutating func array<Failure: Error>(
    at index: Int, _ body: (inout BSONWriter) throws(Failure) -> Void
  ) throws(Failure) {
    header(.array, index: index)
    try nested(body)
  }

  /// Adds the elements of another document.
  mutating func appendElements(of document: UnsafeRawBufferPointer) {
    // Between the length and the closing zero.
    guard document.count > 5 else { return }
    raw(UnsafeRawBufferPointer(rebasing: document[4..<document.count - 1]))
  }

  // MARK: Bytes

  private mutating func nested<Failure: Error>(
    _ body: (inout BSONWriter) throws(Failure) -> Void
  ) throws(Failure) {
    let start = count
    integer(Int32(0))
    try body(&self)
    byte(0)
    storage.storeBytes(
      of: Int32(truncatingIfNeeded: count - start).littleEndian, toByteOffset: start, as: Int32.self)
  }

  private mutating func header(_ type: BSONType, _ key: StaticString) {
    byte(type.rawValue)
    name(key)
  }

  private mutating func header(_ type: BSONType, index: Int) {
    byte(type.rawValue)
    reserve(21)
    // Decimal digits, written backwards.
    var digits = 1
    var rest = index / 10
    while rest > 0 { (digits, rest) = (digits + 1, rest / 10) }
    rest = index
    for place in stride(from: count + digits - 1, through: count, by: -1) {
      storage.storeBytes(of: UInt8(ascii: "0") + UInt8(rest % 10), toByteOffset: place, as: UInt8.self)
      rest /= 10
    }
    storage.storeBytes(of: 0, toByteOffset: count + digits, as: UInt8.self)
    count += digits + 1
  }

  private mutating func text(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      integer(Int32(truncatingIfNeeded: bytes.count + 1))
      raw(UnsafeRawBufferPointer(bytes))
    }
    byte(0)
  }

  private mutating func name(_ text: StaticString) {
    raw(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    byte(0)
  }

  private mutating func byte(_ value: UInt8) {
    reserve(1)
    storage.storeBytes(of: value, toByteOffset: count, as: UInt8.self)
    count += 1
  }

  private mutating func integer<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value) {
    reserve(MemoryLayout<Value>.size)
    storage.storeBytes(of: value.littleEndian, toByteOffset: count, as: Value.self)
    count += MemoryLayout<Value>.size
  }

  private mutating func raw(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress else { return }
    reserve(bytes.count)
    (storage + count).copyMemory(from: source, byteCount: bytes.count)
    count += bytes.count
  }

  private mutating func reserve(_ more: Int) {
    guard count + more > capacity else { return }
    let larger = max(capacity * 2, count + more)
    let moved = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
    moved.copyMemory(from: storage, byteCount: count)
    storage.deallocate()
    storage = moved
    capacity = larger
  }
}

/// The element types that this backend writes or reads.
enum BSONType: UInt8 {
  case double = 0x01
  case utf8 = 0x02
  case document = 0x03
  case array = 0x04
  case bool = 0x08
  case dateTime = 0x09
  case null = 0x0A
  case int32 = 0x10
  case int64 = 0x12
  case minKey = 0xFF
  case maxKey = 0x7F
}
