import CLibPQ
import InstructorStore

/// One result of libpq, freed exactly once. Values are binary; columns are known by their position.
struct PostgresResult: ~Copyable {
  let pointer: OpaquePointer

  /// Takes ownership of `pointer`.
  init(_ pointer: OpaquePointer) { self.pointer = pointer }
  deinit { PQclear(pointer) }

  var status: ExecStatusType { PQresultStatus(pointer) }
  var rowCount: Int { Int(PQntuples(pointer)) }
  /// Rows that a command without rows changed.
  var affectedRows: Int { PQcmdTuples(pointer).flatMap { Int(String(cString: $0)) } ?? 0 }

  func errorField(_ field: CChar) -> String? {
    PQresultErrorField(pointer, Int32(field)).map { String(cString: $0) }
  }
  var sqlState: String? { errorField(CChar(UInt8(ascii: "C"))) }
  var constraintName: String? { errorField(CChar(UInt8(ascii: "n"))) }
  var message: String { errorField(CChar(UInt8(ascii: "M"))) ?? "" }

  func isNull(_ row: Int, _ column: Int) -> Bool { PQgetisnull(pointer, Int32(row), Int32(column)) == 1 }

  /// The raw bytes of a value, valid while the result lives; `nil` for null.
  @inline(__always)
  func bytes(_ row: Int, _ column: Int) -> UnsafeRawBufferPointer? {
    let length = PQgetlength(pointer, Int32(row), Int32(column))
    if length == 0, isNull(row, column) { return nil }
    guard let value = PQgetvalue(pointer, Int32(row), Int32(column)) else { return nil }
    return UnsafeRawBufferPointer(start: value, count: Int(length))
  }

  func integer(_ row: Int, _ column: Int) throws(DecodingFailure) -> Int64 {
    guard let value = try optionalInteger(row, column) else { throw DecodingFailure() }
    return value
  }

  /// A smallint, integer or bigint.
  func optionalInteger(_ row: Int, _ column: Int) throws(DecodingFailure) -> Int64? {
    guard let bytes = bytes(row, column) else { return nil }
    switch bytes.count {
    case 8: return Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
    case 4: return Int64(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)))
    case 2: return Int64(Int16(bigEndian: bytes.loadUnaligned(as: Int16.self)))
    default: throw DecodingFailure()
    }
  }

  func boolean(_ row: Int, _ column: Int) throws(DecodingFailure) -> Bool {
    guard let bytes = bytes(row, column), bytes.count == 1 else { throw DecodingFailure() }
    return bytes[0] != 0
  }

  func text(_ row: Int, _ column: Int) throws(DecodingFailure) -> String {
    guard let value = try optionalText(row, column) else { throw DecodingFailure() }
    return value
  }

  func optionalText(_ row: Int, _ column: Int) throws(DecodingFailure) -> String? {
    guard let bytes = bytes(row, column) else { return nil }
    guard let text = String(checkingUTF8: bytes) else {
      throw DecodingFailure()
    }
    return text
  }

  /// Calls `body` with each element of a bigint array; null is an empty one.
  @inline(__always)
  func forEachBigint(_ row: Int, _ column: Int, _ body: (Int64) -> Void) throws(DecodingFailure) {
    guard let bytes = bytes(row, column) else { return }
    // dimensions, has-null flag, element type, then size and lower bound of the one dimension.
    guard bytes.count >= 12 else { throw DecodingFailure() }
    let dimensions = Int32(bigEndian: bytes.loadUnaligned(as: Int32.self))
    if dimensions == 0 { return }
    guard dimensions == 1, bytes.count >= 20,
      Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: Int32.self)) == 20
    else { throw DecodingFailure() }
    let count = Int(Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: 12, as: Int32.self)))
    guard count >= 0, bytes.count == 20 + count * 12 else { throw DecodingFailure() }
    for element in 0..<count {
      let start = 20 + element * 12
      guard Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: start, as: Int32.self)) == 8 else {
        throw DecodingFailure()
      }
      body(Int64(bigEndian: bytes.loadUnaligned(fromByteOffset: start + 4, as: Int64.self)))
    }
  }
}

/// A value was not of the form this code wrote.
struct DecodingFailure: Error {}
