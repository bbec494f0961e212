import Synchronization

/// Takes down the prepared statements that the connections of a store send, with their parameters.
final class StatementRecorder: Sendable {
  struct Entry: Sendable {
    var statement: Statement
    /// Binary; `nil` is null.
    var parameters: [[UInt8]?]
  }

  /// A unit of this store's never has that many; an operation of several units may.
  private static let mostEntries = 1_000

  private let entries = Mutex<[Entry]?>(nil)

  func begin() { entries.withLock { $0 = [] } }

  /// What was sent since ``begin()``, in order.
  func end() -> [Entry] {
    entries.withLock { entries in
      defer { entries = nil }
      return entries ?? []
    }
  }

  /// Called by the thread that has the connection; does nothing unless something is to be recorded.
  func note(_ statement: Statement, _ parameters: ParameterBuffer) {
    entries.withLock { entries in
      guard entries != nil, entries?.count ?? 0 < Self.mostEntries else { return }
      let values = zip(parameters.starts, parameters.lengths).map { start, length -> [UInt8]? in
        start < 0 ? nil : Array(parameters.bytes[start..<start + Int(length)])
      }
      entries?.append(Entry(statement: statement, parameters: values))
    }
  }
}
