import DriverKit
import InstructorStore

extension MongoConnection {
  /// A create of a batch with the id it has now.
  private struct Pending {
    let call: SharedCall
    let answer: Answer<Instructor>
    let instructor: Instructor
  }

  /// Serves creates by one unordered insert, in which every document has an outcome of its own.
  func create(_ calls: [SharedCall], _ unit: MongoCall, _ ids: IDAllocator, _ gate: SchemaGate) {
    if let call = calls.first, calls.count == 1 {
      guard case .create(let new, let answer) = call.request else { return }
      do throws(StoreError) { answer.value = try create(new, isRetry: false, ids, call) } catch {
        call.keep(gate.explained(error, self, call))
      }
      return
    }
    let pending = withIDs(calls, unit, ids)
    guard !pending.isEmpty else { return }
    let failures: [CommandFailure?]
    do throws(CommandFailure) {
      failures = try insert(pending, unit)
    } catch {
      for create in pending { keep(error, for: create) }
      return
    }
    for (create, failure) in zip(pending, failures) {
      if let failure {
        if failure.isDuplicateKey || failure.code == ServerCode.documentRefused {
          // By itself it finds out which rule it breaks, and draws another id where its own is taken.
          create.call.runAloneLater()
        } else {
          keep(failure, for: create)
        }
      } else {
        create.answer.value = create.instructor
      }
    }
  }

  private func keep(_ failure: CommandFailure, for create: Pending) {
    create.call.keep(
      failure.storeError(create.call.context, .write, entityID: create.instructor.id.rawValue))
  }

  /// Those that are still waited for, each with its own id or one that was drawn for it.
  ///
  /// All are drawn at once, for as long as anybody of the batch waits: none can get in the way of the others' ids.
  private func withIDs(_ calls: [SharedCall], _ unit: MongoCall, _ ids: IDAllocator) -> [Pending] {
    let waiting = calls.filter { !$0.isAbandoned }
    var drawn: [Int64] = []
    var failure: StoreError?
    do throws(StoreError) {
      let count = waiting.count { $0.request.needsID }
      drawn = try ids.draw(.instructor, count: count, redraw: 0, self, unit)
    } catch {
      failure = error
    }
    var next = drawn.makeIterator()
    var pending: [Pending] = []
    pending.reserveCapacity(waiting.count)
    for call in waiting {
      guard case .create(let new, let answer) = call.request else { continue }
      guard let id = new.id ?? next.next().map({ InstructorID($0) }) else {
        if let failure { call.keep(failure) }
        continue
      }
      // Its caller may have left meanwhile.
      if call.isAbandoned { continue }
      call.noteEntity(id.rawValue)
      pending.append(Pending(call: call, answer: answer, instructor: Instructor(new, id: id)))
    }
    return pending
  }

  /// One failure, or none, for each. Throws where the server said nothing of the documents one by one.
  private func insert(_ pending: [Pending], _ unit: MongoCall) throws(CommandFailure) -> [CommandFailure?] {
    let parts: ReplyParts
    do throws(CommandFailure) {
      let reply = try run(.write, unit) { writer in
        writer.append("insert", Collections.instructors)
        writer.append("ordered", false)
        writer.array("documents") { writer in
          for (index, create) in pending.enumerated() {
            writer.document(at: index) { $0.appendInstructor(create.instructor) }
          }
        }
      }
      do throws(CorruptDocument) { parts = try reply.parts() } catch { throw CommandFailure(error) }
    } catch {
      var failure = error
      // It may have come to the command's end early, with some of the documents inserted.
      failure.mayHaveDonePart = pending.count > 1
      throw failure
    }
    var failures = [CommandFailure?](repeating: nil, count: pending.count)
    // Those that have an error of their own weren't written.
    if let failure = parts.unacknowledged { failures = failures.map { _ in failure } }
    for error in parts.writeErrors where failures.indices.contains(error.index) {
      failures[error.index] = CommandFailure(error)
    }
    guard Int(parts.count) == pending.count - parts.writeErrors.count else {
      throw CommandFailure(.corrupt, wasSent: true, message: "the answer doesn't tell of every document")
    }
    if failures.contains(where: { $0?.leavesServer ?? false }) { markBroken() }
    return failures
  }
}

extension SharedRequest {
  /// Whether it is a create whose id the store draws.
  fileprivate var needsID: Bool {
    if case .create(let new, _) = self { new.id == nil } else { false }
  }
}
