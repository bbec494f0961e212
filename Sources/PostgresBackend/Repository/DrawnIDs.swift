import DriverKit
import InstructorStore

/// Creates under ids that the store draws where the caller names none.
enum DrawnIDs {
  /// How often an id that turns out to be taken is drawn again; each time twice as many are skipped.
  static let redrawLimit = 40

  /// Draws ids, all of them in at most one round trip.
  static func draw(
    _ kind: EntityKind, count: Int, _ ids: IDAllocator, _ connection: PostgresConnection,
    _ call: PostgresConnection.Call
  ) throws(StoreError) -> [Int64] {
    try ids.draw(count: count) { (needed) throws(StoreError) in
      try IDReservation.reserve(kind, count: needed, connection, call)
    }
  }

  /// Draws an id and runs `insert` with it, again with another one where it is taken.
  ///
  /// - Parameter taken: The constraint that `insert` breaks then.
  static func create<Value>(
    _ kind: EntityKind, _ ids: IDAllocator, ifTaken taken: Constraint, _ connection: PostgresConnection,
    _ call: PostgresConnection.Call, _ insert: (Int64) throws(StoreError) -> Value
  ) throws(StoreError) -> Value {
    for attempt in 0..<redrawLimit {
      let id = try draw(kind, count: 1, ids, connection, call)[0]
      call.noteEntity(id)
      do throws(StoreError) {
        return try insert(id)
      } catch {
        guard error.constraint == taken else { throw error }
        try skipTaken(kind, attempt, ids, connection, call)
      }
    }
    throw call.context.error(.contended, "the drawn ids kept being taken")
  }

  /// Runs `insert` with the id that the caller names, or with drawn ones where it names none.
  ///
  /// - Parameter earlier: What an earlier attempt of the same create has left under the id, if it has.
  static func create<Value>(
    _ kind: EntityKind, under id: Int64?, isRetry: Bool, _ ids: IDAllocator, ifTaken taken: Constraint,
    _ connection: PostgresConnection, _ call: PostgresConnection.Call,
    _ insert: (Int64) throws(StoreError) -> Value, earlier: (Int64) throws(StoreError) -> Value?
  ) throws(StoreError) -> Value {
    guard let id else { return try create(kind, ids, ifTaken: taken, connection, call, insert) }
    call.noteEntity(id)
    do throws(StoreError) {
      return try insert(id)
    } catch {
      guard isRetry, error.constraint == taken, let stored = try earlier(id) else { throw error }
      return stored
    }
  }

  /// Somebody imported rows under ids the allocator has yet to hand out: moves it on, ever further, so that a
  /// million such rows cost some twenty steps.
  static func skipTaken(
    _ kind: EntityKind, _ attempt: Int, _ ids: IDAllocator, _ connection: PostgresConnection,
    _ call: PostgresConnection.Call
  ) throws(StoreError) {
    ids.discardBlocks()
    guard attempt > 0 else { return }
    let count = IDAllocator.blockSize << min(attempt, 30)
    _ = try IDReservation.reserve(kind, count: count, connection, call)
  }
}
