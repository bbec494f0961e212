import CLibMongoC
import InstructorStore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A document from the server can't be what this library wrote.
struct CorruptDocument: Error {
  /// Which rule it breaks; names fields, never values.
  let reason: StaticString
}

/// One walk over a document's elements, every length checked against the bounds.
///
/// The bytes must outlive the reader and what it returns.
struct BSONReader {
  private var position: instructor_mongo_position

  init(_ document: UnsafeRawBufferPointer) {
    position = instructor_mongo_position(
      bytes: document.baseAddress?.assumingMemoryBound(to: UInt8.self), length: document.count, offset: 0)
  }

  /// The next element, or `nil` after the last.
  mutating func next() throws(CorruptDocument) -> BSONElement? {
    guard position.bytes != nil else { throw CorruptDocument(reason: "a document is missing") }
    var element = instructor_mongo_element()
    switch instructor_mongo_next(&position, &element) {
    case 1: return BSONElement(element)
    case 0: return nil
    default: throw CorruptDocument(reason: "the server's bytes are no valid document")
    }
  }
}

/// One element of a document, pointing into the document's bytes.
struct BSONElement {
  private let element: instructor_mongo_element

  fileprivate init(_ element: instructor_mongo_element) { self.element = element }

  var type: BSONType? { BSONType(rawValue: UInt8(truncatingIfNeeded: element.type)) }
  var keyLength: Int { Int(element.key_length) }

  var name: String {
    guard let key = element.key else { return "" }
    return String(decoding: UnsafeRawBufferPointer(start: key, count: keyLength), as: UTF8.self)
  }

  func isNamed(_ name: StaticString) -> Bool {
    guard let key = element.key, keyLength == name.utf8CodeUnitCount else { return false }
    return memcmp(key, name.utf8Start, keyLength) == 0
  }

  func int64() throws(CorruptDocument) -> Int64 {
    guard type == .int64 else { throw CorruptDocument(reason: "a number is not a 64-bit integer") }
    return element.integer
  }

  func int32() throws(CorruptDocument) -> Int32 {
    guard type == .int32 else { throw CorruptDocument(reason: "a number is not a 32-bit integer") }
    return Int32(truncatingIfNeeded: element.integer)
  }

  /// Milliseconds since 1970.
  func date() throws(CorruptDocument) -> Int64 {
    guard type == .dateTime else { throw CorruptDocument(reason: "a time is not a date") }
    return element.integer
  }

  func text() throws(CorruptDocument) -> String {
    guard type == .utf8, let bytes = element.bytes else {
      throw CorruptDocument(reason: "a text is of another type")
    }
    guard let text = String(checkingUTF8: UnsafeRawBufferPointer(start: bytes, count: Int(element.length)))
    else {
      throw CorruptDocument(reason: "a text is not UTF-8")
    }
    return text
  }

  /// A number of any type as the server's own replies have it, for example `ok: 1.0`; 0 for anything else.
  var number: Int64 {
    switch type {
    case .int64, .int32, .bool, .dateTime: element.integer
    case .double: Int64(exactly: element.number.rounded()) ?? 0
    default: 0
    }
  }

  /// The bytes of a nested document or array; `nil` for other types.
  var nested: UnsafeRawBufferPointer? {
    guard type == .document || type == .array, let bytes = element.bytes else { return nil }
    return UnsafeRawBufferPointer(start: bytes, count: Int(element.length))
  }

  /// A text of the server's own, invalid bytes replaced.
  var lossyText: String {
    guard type == .utf8, let bytes = element.bytes else { return "" }
    return String(decoding: UnsafeBufferPointer(start: bytes, count: Int(element.length)), as: UTF8.self)
  }
}
