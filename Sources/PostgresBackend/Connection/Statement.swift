import Synchronization

/// A statement that each connection prepares the first time it runs it.
///
/// Statements are made once, as static constants; each gets a number of its own for the connections' tables.
struct Statement: Sendable {
  let number: Int
  let sql: String
  /// Its name on the server; below 16 bytes, so that passing it to C needs no allocation.
  let name: String

  private static let counter = Atomic<Int>(0)

  init(_ sql: String) {
    number = Self.counter.wrappingAdd(1, ordering: .relaxed).oldValue
    name = "s\(number)"
    self.sql = sql
  }
}
