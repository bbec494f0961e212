import DriverKit
import InstructorStore

extension MongoConnection {
  /// How often a group is tried against other writers. Then its calls go on one by one, and wait for them.
  private static let groupAttempts = 2

  /// Serves updates and deletes by one transaction, which reads the instructors, finds out what each call comes to and
  /// writes all of it: no reply tells which statement of a command matched nothing.
  ///
  /// As long as nothing is known to be committed, nothing is applied, and each call runs again by itself.
  func change(_ calls: [SharedCall], _ unit: MongoCall, _ gate: SchemaGate) {
    if let call = calls.first, calls.count == 1 {
      do throws(StoreError) { try changeAlone(call) } catch { call.keep(gate.explained(error, self, call)) }
      return
    }
    let pending = calls.filter { !$0.isAbandoned }
    guard !pending.isEmpty else { return }
    for call in pending { if let id = call.request.instructor { call.noteEntity(id.rawValue) } }
    do throws(CommandFailure) {
      let outcomes = try inTransaction(unit, attempts: Self.groupAttempts) {
        (transaction) throws(CommandFailure) in try Self.change(pending, transaction)
      }
      for (call, outcome) in zip(pending, outcomes) { call.take(outcome) }
    } catch {
      for call in pending {
        if error.wasSent || isBroken {
          call.keep(error.storeError(call.context, .write, entityID: call.request.instructor?.rawValue))
        } else {
          call.runAloneLater()
        }
      }
    }
  }

  private func changeAlone(_ call: SharedCall) throws(StoreError) {
    switch call.request {
    case .update(let id, let patch, let ifVersion, let answer):
      answer.value = try update(id, patch, ifVersion, call)
    case .delete(let id, let ifVersion, let answer):
      try delete(id, ifVersion, call)
      answer.value = true
    case .instructor, .primary, .team, .review, .reviewer, .rating, .create: break
    }
  }

  private static func change(
    _ calls: [SharedCall], _ transaction: OpenTransaction
  ) throws(CommandFailure) -> TransactionEnd<[InstructorLedger.Outcome]> {
    var ledger = InstructorLedger(try transaction.instructors(calls.compactMap(\.request.instructor)))
    let outcomes = calls.map { ledger.apply($0.request, $0.context) }
    // Where there is nothing to write, too: the commit waits until a majority knows what the refusals are owed to.
    try transaction.update(ledger.updates)
    try transaction.delete(ledger.deletes)
    return .commit(outcomes)
  }
}

/// What a group of changes comes to, one after the other, worked out in memory.
private struct InstructorLedger {
  /// The instructor as it is after the change; `nil` after a delete.
  typealias Outcome = Result<Instructor?, StoreError>

  private var current: [InstructorID: Instructor]
  /// The statements, in order, each with the version that it finds.
  private(set) var updates: [(id: InstructorID, version: Int64, patch: InstructorPatch)] = []
  /// All of them after the updates: what is deleted is not updated any more.
  private(set) var deletes: [(id: InstructorID, version: Int64)] = []

  init(_ stored: [InstructorID: Instructor]) { current = stored }

  mutating func apply(_ request: SharedRequest, _ context: CallContext) -> Outcome {
    do throws(StoreError) {
      switch request {
      case .update(let id, let patch, let ifVersion, _):
        let stored = try context.require(current[id], id, ifVersion: ifVersion)
        let changed = patch.applied(to: stored)
        updates.append((id, stored.version, patch))
        current[id] = changed
        return .success(changed)
      case .delete(let id, let ifVersion, _):
        let stored = try context.require(current[id], id, ifVersion: ifVersion)
        deletes.append((id, stored.version))
        current[id] = nil
      case .instructor, .primary, .team, .review, .reviewer, .rating, .create: break
      }
      return .success(nil)
    } catch {
      return .failure(error)
    }
  }
}

extension OpenTransaction {
  fileprivate func instructors(_ ids: [InstructorID]) throws(CommandFailure) -> [InstructorID: Instructor] {
    let keys = Set(ids).sorted()
    var found: [InstructorID: Instructor] = [:]
    found.reserveCapacity(keys.count)
    try find(Collections.instructors, limit: keys.count) { writer in
      writer.document("filter") { writer in
        writer.document("_id") { writer in
          writer.array("$in") { writer in
            for (index, id) in keys.enumerated() { writer.append(at: index, id.rawValue) }
          }
        }
      }
    } each: { (document) throws(CorruptDocument) in
      let instructor = try InstructorDocument.decode(document)
      found[instructor.id] = instructor
    }
    return found
  }

  fileprivate func update(
    _ updates: [(id: InstructorID, version: Int64, patch: InstructorPatch)]
  ) throws(CommandFailure) {
    try writeAll(updates.count) { writer in
      writer.append("update", Collections.instructors)
      writer.array("updates") { writer in
        for (index, update) in updates.enumerated() {
          writer.document(at: index) { writer in
            writer.document("q") { $0.appendIdentity(update.id, update.version) }
            writer.document("u") { $0.append(update.patch) }
          }
        }
      }
    }
  }

  fileprivate func delete(_ deletes: [(id: InstructorID, version: Int64)]) throws(CommandFailure) {
    try writeAll(deletes.count) { writer in
      writer.append("delete", Collections.instructors)
      writer.array("deletes") { writer in
        for (index, delete) in deletes.enumerated() {
          writer.document(at: index) { $0.appendDelete(of: delete.id, delete.version) }
        }
      }
    }
  }

  /// A command each of whose statements finds what the transaction has seen.
  private func writeAll(_ count: Int, _ build: (inout BSONWriter) -> Void) throws(CommandFailure) {
    guard count > 0 else { return }
    guard try write(build) == count else { throw CommandFailure(.contended) }
  }
}

extension SharedRequest {
  /// Whom an update or a delete is about.
  fileprivate var instructor: InstructorID? {
    switch self {
    case .update(let id, _, _, _), .delete(let id, _, _): id
    case .instructor, .primary, .team, .review, .reviewer, .rating, .create: nil
    }
  }
}

extension SharedCall {
  fileprivate func take(_ outcome: InstructorLedger.Outcome) {
    switch (outcome, request) {
    case (.failure(let error), _): keep(error)
    case (.success(let changed), .update(_, _, _, let answer)): answer.value = changed
    case (.success, .delete(_, _, let answer)): answer.value = true
    case (.success, _): break
    }
  }
}
