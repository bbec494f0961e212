import DriverKit
import InstructorStore

/// What came of a write that the server accepted.
struct WriteAnswer {
  /// Documents affected.
  var count: Int64
  /// What `findAndModify` returned.
  var instructor: Instructor?
}

extension MongoConnection {
  /// Runs a write command and reads its whole reply: an error in it may come with `ok: 1`.
  func write(
    _ concern: Concern, _ call: MongoCall, deadline: Deadline? = nil, session: OpaquePointer? = nil,
    isShielded: Bool = false, _ build: (inout BSONWriter) -> Void
  ) throws(CommandFailure) -> WriteAnswer {
    let reply = try run(concern, call, deadline: deadline, session: session, isShielded: isShielded, build)
    let parts: ReplyParts
    do throws(CorruptDocument) { parts = try reply.parts() } catch { throw CommandFailure(error) }
    try check(parts)
    guard let value = parts.value else { return WriteAnswer(count: parts.count) }
    do throws(CorruptDocument) {
      return WriteAnswer(count: parts.count, instructor: try InstructorDocument.decode(value))
    } catch {
      throw CommandFailure(error)
    }
  }

  /// Throws the error that a write's reply holds, if any.
  func check(_ parts: ReplyParts) throws(CommandFailure) {
    guard var failure = parts.writeErrors.first.map({ CommandFailure($0) }) ?? parts.unacknowledged else { return }
    failure.isTransient = parts.isTransient
    failure.isUnknownCommit = parts.isUnknownCommit
    if failure.leavesServer { markBroken() }
    throw failure
  }

  /// Inserts one instructor.
  func insert(_ instructor: Instructor, _ call: MongoCall) throws(CommandFailure) {
    _ = try write(.write, call) { writer in
      writer.append("insert", Collections.instructors)
      writer.array("documents") { writer in
        writer.document(at: 0) { $0.appendInstructor(instructor) }
      }
    }
  }
}
