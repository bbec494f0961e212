import DriverKit
import InstructorStore

extension MongoConnection {
  /// Takes `count` ids from the counter of `kind`, acknowledged by a majority before anybody uses one.
  ///
  /// Shielded: other calls use the block too, so it is fetched to its end even where its caller has gone.
  func reserveIDs(
    _ kind: EntityKind, count: Int, _ call: MongoCall
  ) throws(StoreError) -> ClosedRange<Int64> {
    try call.preparing { () throws(StoreError) in try fetchIDs(kind, count: count, call) }
  }

  private func fetchIDs(
    _ kind: EntityKind, count: Int, _ call: MongoCall
  ) throws(StoreError) -> ClosedRange<Int64> {
    // Ids that are drawn and never used harm nobody: an unknown outcome is as good as none.
    let size = Int64(count)
    let highest = Limits.identifiers.upperBound - size
    var last: Int64?
    do throws(CommandFailure) {
      let reply = try run(.durableWrite, call, isShielded: true) { writer in
        writer.append("findAndModify", Collections.counters)
        writer.document("query") { writer in
          writer.append("_id", kind.documentID)
          writer.document("last") { $0.append("$lte", highest) }
        }
        writer.document("update") { writer in
          writer.document("$inc") { $0.append("last", size) }
        }
        writer.append("new", true)
      }
      last = try lastID(reply)
    } catch {
      throw error.storeError(call.context, .read)
    }
    if let last { return last - size + 1...last }
    throw try reserveFailure(kind, call)
  }

  private func lastID(_ reply: borrowing Reply) throws(CommandFailure) -> Int64? {
    let parts: ReplyParts
    do throws(CorruptDocument) { parts = try reply.parts() } catch { throw CommandFailure(error) }
    // Ids that a majority does not know of could be handed out again after a fail-over.
    try check(parts)
    guard let value = parts.value else { return nil }
    do throws(CorruptDocument) {
      var reader = BSONReader(value)
      while let field = try reader.next() {
        if field.isNamed("last") { return try field.int64() }
      }
      throw CorruptDocument(reason: "the counter of ids has no value")
    } catch {
      throw CommandFailure(error)
    }
  }

  private func reserveFailure(_ kind: EntityKind, _ call: MongoCall) throws(StoreError) -> StoreError {
    let counters = try attempt(call) { () throws(CommandFailure) in
      try find(Collections.counters, .majorityRead, call, limit: 1) { writer in
        writer.document("filter") { $0.append("_id", kind.documentID) }
      } each: { (_) throws(CorruptDocument) in
      }
    }
    return counters == 0
      ? call.context.error(.schemaMismatch, "the counter of ids is missing; call migrate()")
      : call.context.error(.resourceExhausted, "the ids below 2^62 are used up")
  }
}

extension IDAllocator {
  /// The most often that ids are drawn again. Each time the counter moves twice as far: 30 times pass 10¹² ids.
  static let maximumRedraws = 30

  /// The next ids for new entities of one kind; each kind has an allocator of its own.
  ///
  /// - Parameter redraw: How often the ids drawn for this call were taken already (by imports with explicit ids,
  ///   which never move the counter). Each time the counter jumps further, so that a long run of taken ids is soon
  ///   behind.
  func draw(
    _ kind: EntityKind, count: Int, redraw: Int, _ connection: MongoConnection, _ call: MongoCall
  ) throws(StoreError) -> [Int64] {
    if redraw > 0 { discardBlocks() }
    return try draw(count: count) { needed throws(StoreError) in
      let jump = redraw == 0 ? needed : max(needed, Self.blockSize << min(redraw, 20))
      let block = try connection.reserveIDs(kind, count: jump, call)
      return block.upperBound - Int64(needed) + 1...block.upperBound
    }
  }
}
