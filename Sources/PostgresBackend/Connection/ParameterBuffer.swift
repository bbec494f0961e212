/// Binary parameters of one statement, in one buffer that is used again and again: no allocation per call.
///
/// Source of the formats: PostgreSQL's `*_recv` functions (integers big-endian, `array_recv` for arrays).
final class ParameterBuffer {
  private(set) var bytes: [UInt8] = []
  /// Where each parameter starts; -1 stands for null.
  private(set) var starts: [Int] = []
  private(set) var lengths: [Int32] = []
  private(set) var formats: [Int32] = []

  private static let textOID: UInt32 = 25
  private static let bigintOID: UInt32 = 20
  private static let smallintOID: UInt32 = 21
  private static let booleanOID: UInt32 = 16

  init() { bytes.reserveCapacity(4_096) }

  func reset() {
    bytes.removeAll(keepingCapacity: true)
    starts.removeAll(keepingCapacity: true)
    lengths.removeAll(keepingCapacity: true)
    formats.removeAll(keepingCapacity: true)
  }

  func append(_ value: Int64) { parameter { $0.integer(value) } }
  func append(_ value: Int64?) { if let value { append(value) } else { appendNull() } }
  func append(_ value: Bool) { parameter { $0.bytes.append(value ? 1 : 0) } }
  func append(smallint value: Int?) {
    if let value { parameter { $0.integer(Int16(truncatingIfNeeded: value)) } } else { appendNull() }
  }
  func append(_ value: String) { parameter { $0.bytes.append(contentsOf: value.utf8) } }
  func append(_ value: String?) { if let value { append(value) } else { appendNull() } }

  func append(_ values: [Int64]) {
    array(values.count, hasNulls: false, Self.bigintOID) { buffer in
      for value in values {
        buffer.integer(Int32(8))
        buffer.integer(value)
      }
    }
  }

  func append(_ values: [Bool]) {
    array(values.count, hasNulls: false, Self.booleanOID) { buffer in
      for value in values {
        buffer.integer(Int32(1))
        buffer.bytes.append(value ? 1 : 0)
      }
    }
  }

  func append(smallints values: [Int?]) {
    array(values.count, hasNulls: values.contains { $0 == nil }, Self.smallintOID) { buffer in
      for value in values {
        buffer.integer(Int32(value == nil ? -1 : 2))
        if let value { buffer.integer(Int16(truncatingIfNeeded: value)) }
      }
    }
  }

  func append(_ values: [String?]) {
    array(values.count, hasNulls: values.contains { $0 == nil }, Self.textOID) { buffer in
      for value in values {
        buffer.integer(Int32(value?.utf8.count ?? -1))
        if let value { buffer.bytes.append(contentsOf: value.utf8) }
      }
    }
  }

  /// An array of bigints, or null where it would be empty: how courses are stored.
  func append(nullIfEmpty values: [Int64]) { if values.isEmpty { appendNull() } else { append(values) } }

  private func appendNull() {
    starts.append(-1)
    lengths.append(0)
    formats.append(1)
  }

  private func parameter(_ write: (ParameterBuffer) -> Void) {
    let start = bytes.count
    starts.append(start)
    formats.append(1)
    write(self)
    lengths.append(Int32(bytes.count - start))
  }

  private func array(
    _ count: Int, hasNulls: Bool, _ element: UInt32, _ write: (ParameterBuffer) -> Void
  ) {
    parameter { buffer in
      buffer.integer(Int32(count == 0 ? 0 : 1))
      buffer.integer(Int32(hasNulls ? 1 : 0))
      buffer.integer(element)
      if count > 0 {
        buffer.integer(Int32(count))
        buffer.integer(Int32(1))
      }
      write(buffer)
    }
  }

  private func integer<Value: FixedWidthInteger>(_ value: Value) {
    withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
  }
}
