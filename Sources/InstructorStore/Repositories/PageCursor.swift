import FoundationEssentials

/// The place after the last item of a page: an opaque text, identical on every backend, safe in a URL.
///
/// It is bound to the operation and the filter that made it and carries a checksum: a changed or foreign
/// cursor is `invalidArgument`. The checksum finds mistakes, it is no signature: a cursor holds nothing but the sort key of
/// the item it follows, and a forged one reaches nothing that a page without a cursor wouldn't.
public struct PageCursor: Hashable, Sendable, Codable {
  /// Base64url without padding; below 2,048 characters.
  public let token: String
  public init(token: String) { self.token = token }

  static let maximumTokenCharacters = 2_048
}

/// The sort key of the instructor list.
package struct InstructorKey: Equatable, Sendable {
  package var lastName: String
  package var firstName: String
  package var id: InstructorID

  package init(lastName: String, firstName: String, id: InstructorID) {
    self.lastName = lastName
    self.firstName = firstName
    self.id = id
  }

  package init(_ instructor: Instructor) {
    self.init(lastName: instructor.lastName, firstName: instructor.firstName, id: instructor.id)
  }

  package static func precedes(_ left: Self, _ right: Self) -> Bool {
    if !Bytewise.equal(left.lastName, right.lastName) {
      return Bytewise.precedes(left.lastName, right.lastName)
    }
    if !Bytewise.equal(left.firstName, right.firstName) {
      return Bytewise.precedes(left.firstName, right.firstName)
    }
    return left.id < right.id
  }
}

extension PageCursor {
  /// The cursor after `key` in the list that `filter` selects.
  package init(after key: InstructorKey, filter: InstructorFilter) {
    var writer = CursorCoder(binding: Self.binding(of: filter))
    writer.append(key.lastName)
    writer.append(key.firstName)
    writer.append(key.id.rawValue)
    token = writer.token()
  }

  /// The key this cursor follows; throws `invalidArgument` unless it was made by the same operation and filter.
  package func instructorKey(filter: InstructorFilter, _ call: CallContext) throws(StoreError)
    -> InstructorKey
  {
    guard var reader = CursorCoder(token: token, binding: Self.binding(of: filter)),
      let lastName = reader.nextText(), let firstName = reader.nextText(), let id = reader.nextInteger(),
      reader.isAtEnd
    else { throw call.invalid("the cursor was not made by this operation with this filter") }
    let key = InstructorKey(lastName: lastName, firstName: firstName, id: InstructorID(id))
    let validation = Validation(call)
    try validation.text(lastName, "the cursor's lastName", bytes: Limits.lastNameBytes)
    try validation.text(firstName, "the cursor's firstName", bytes: Limits.firstNameBytes)
    try validation.identifier(key.id, "the cursor's id")
    return key
  }

  private static func binding(of filter: InstructorFilter) -> [UInt8] {
    var bytes = Array("instructors.list".utf8)
    for text in [filter.organization, filter.lastNamePrefix] {
      // Absent and present differ in the first byte, and U+0000 can't be in a text: no two filters look alike.
      bytes.append(text == nil ? 0 : 1)
      bytes.append(contentsOf: (text ?? "").utf8)
      bytes.append(0)
    }
    return bytes
  }
}

/// Writes and reads a cursor's bytes: format byte, parts (texts with a two-byte length, integers of eight bytes,
/// big endian), then a checksum over the parts and what the cursor is bound to.
struct CursorCoder {
  private static let format: UInt8 = 1
  private static let checksumBytes = 8
  private var bytes: [UInt8] = [format]
  private var position = 1
  private let binding: [UInt8]

  init(binding: [UInt8]) { self.binding = binding }

  init?(token: String, binding: [UInt8]) {
    guard token.utf8.count <= PageCursor.maximumTokenCharacters else { return nil }
    // Only the characters that token() writes: otherwise one cursor would have several spellings.
    var base64: [UInt8] = []
    for byte in token.utf8 {
      switch byte {
      case UInt8(ascii: "-"): base64.append(UInt8(ascii: "+"))
      case UInt8(ascii: "_"): base64.append(UInt8(ascii: "/"))
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        base64.append(byte)
      default: return nil
      }
    }
    while base64.count % 4 != 0 { base64.append(UInt8(ascii: "=")) }
    guard let data = Data(base64Encoded: Data(base64)), data.count > Self.checksumBytes,
      data.first == Self.format
    else { return nil }
    self.binding = binding
    bytes = Array(data.dropLast(Self.checksumBytes))
    guard Self.checksum(bytes, binding) == Array(data.suffix(Self.checksumBytes)), self.token() == token
    else { return nil }
  }

  var isAtEnd: Bool { position == bytes.count }

  mutating func append(_ text: String) {
    bytes.append(UInt8(truncatingIfNeeded: text.utf8.count >> 8))
    bytes.append(UInt8(truncatingIfNeeded: text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }

  mutating func append(_ integer: Int64) {
    withUnsafeBytes(of: integer.bigEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func nextText() -> String? {
    guard let length = next(2).map({ Int($0[0]) << 8 | Int($0[1]) }), let part = next(length) else {
      return nil
    }
    return String(validating: part, as: UTF8.self)
  }

  mutating func nextInteger() -> Int64? {
    next(8).map { $0.reduce(Int64(0)) { $0 << 8 | Int64($1) } }
  }

  func token() -> String {
    let base64 = Data(bytes + Self.checksum(bytes, binding)).base64EncodedString()
    var token = ""
    token.reserveCapacity(base64.utf8.count)
    for character in base64.utf8 {
      switch character {
      case UInt8(ascii: "+"): token.append("-")
      case UInt8(ascii: "/"): token.append("_")
      case UInt8(ascii: "="): break
      default: token.unicodeScalars.append(Unicode.Scalar(character))
      }
    }
    return token
  }

  private mutating func next(_ count: Int) -> [UInt8]? {
    guard bytes.count - position >= count else { return nil }
    defer { position += count }
    return Array(bytes[position..<position + count])
  }

  /// FNV-1a, 64 bits (Fowler, Noll, Vo; draft-eastlake-fnv), as big-endian bytes.
  private static func checksum(_ bytes: [UInt8], _ binding: [UInt8]) -> [UInt8] {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in binding { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return withUnsafeBytes(of: hash.bigEndian) { Array($0) }
  }
}
