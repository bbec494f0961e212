import DriverKit
import InstructorStore

/// A create whose id comes from the allocator: it waits for nobody's locks, but for the entry of the one course of which it
/// makes the instructor the primary, if it does.
final class InsertInstructor: GroupedWrite, @unchecked Sendable {
  private let new: NewInstructor
  private let repository: PostgresInstructors
  private var id: InstructorID?
  private var created: Instructor?

  init(_ new: NewInstructor, _ repository: PostgresInstructors) {
    self.new = new
    self.repository = repository
    super.init(repository.writes.insert)
  }

  /// Whether such a create may share a transaction: several courses' primaries can't be brought into one order with those
  /// of the other creates.
  static func mayBeGrouped(_ new: NewInstructor) -> Bool {
    new.id == nil && new.courses.count { $0.role == .primary } <= 1
  }

  override var lockOrder: LockOrder {
    new.courses.first { $0.role == .primary }.map { .primary(repository.model.primaryLock($0.courseID)) }
      ?? .nothing
  }

  override var further: Statement? { new.courses.isEmpty ? nil : repository.writes.insertCourses }

  override func bindFurther(_ parameters: ParameterBuffer) {
    InstructorWrites.bindCourses(new.courses.map { (id?.rawValue ?? 0, $0) }, parameters)
  }

  /// What was created, once the call has ended without an error.
  var result: Instructor? { created ?? id.map { Instructor(new, id: $0) } }

  override var bytes: Int {
    let texts = [new.middleInitial, new.academicTitle, new.title, new.organization]
    return texts.reduce(100 + new.firstName.utf8.count + new.lastName.utf8.count) {
      $0 + ($1?.utf8.count ?? 0)
    } + 40 * new.courses.count
  }

  override var entityID: Int64? { id?.rawValue }
  override var needsID: Bool { id == nil }

  override func drawIDs(
    count: Int, _ connection: PostgresConnection, _ call: Call
  ) throws(StoreError) -> [Int64] {
    try DrawnIDs.draw(.instructor, count: count, repository.ids, connection, call)
  }

  override func use(id: Int64) { self.id = InstructorID(id) }

  override func bind(_ parameters: ParameterBuffer) {
    InstructorWrites.bindInsert(new, id?.rawValue ?? 0, parameters)
  }

  override var sharesStatements: Bool { repository.writes.insertMany != nil }

  override func statements(forAll writes: [GroupedWrite]) -> [Statement] {
    let hasCourses = creates(writes).contains { !$0.new.courses.isEmpty }
    return [repository.writes.insertMany, hasCourses ? repository.writes.insertCourses : nil].compactMap {
      $0
    }
  }

  override func bind(statement: Int, forAll writes: [GroupedWrite], _ parameters: ParameterBuffer) {
    let creates = creates(writes)
    if statement == 0 {
      InstructorWrites.bindInsertMany(creates.map { ($0.new, $0.id?.rawValue ?? 0) }, parameters)
    } else {
      InstructorWrites.bindCourses(
        creates.flatMap { create in create.new.courses.map { (create.id?.rawValue ?? 0, $0) } }, parameters)
    }
  }

  private func creates(_ writes: [GroupedWrite]) -> [InsertInstructor] {
    writes.compactMap { $0 as? InsertInstructor }
  }

  override func runAlone(_ connection: PostgresConnection, _ call: Call) throws(StoreError) {
    created = try repository.createWithDrawnID(new, connection, call)
  }
}

/// A patch of one instructor: it locks this row and nothing else.
final class UpdateInstructor: GroupedWrite, @unchecked Sendable {
  private let id: InstructorID
  private let patch: InstructorPatch
  private let ifVersion: Int64?
  private let repository: PostgresInstructors
  private(set) var updated: Instructor?

  init(_ id: InstructorID, _ patch: InstructorPatch, ifVersion: Int64?, _ repository: PostgresInstructors) {
    self.id = id
    self.patch = patch
    self.ifVersion = ifVersion
    self.repository = repository
    super.init(repository.writes.update)
  }

  override var entityID: Int64? { id.rawValue }
  override var lockOrder: LockOrder { .instructor(id) }
  /// No more than the texts of an instructor.
  override var bytes: Int { 1_000 }
  override var isDone: Bool { updated != nil }

  override func bind(_ parameters: ParameterBuffer) {
    InstructorWrites.bindUpdate(id, patch, ifVersion, parameters)
  }

  override func receive(_ result: borrowing PostgresResult) throws(DecodingFailure) {
    updated = try InstructorRow.decodeFirst(result)
  }

  override func runAlone(_ connection: PostgresConnection, _ call: Call) throws(StoreError) {
    // Without its type the compiler takes "no row" for the answer.
    let changed: Instructor = try repository.change(id, ifVersion, connection, call) {
      () throws(StoreError) in
      try connection.query(call, statement) {
        bind($0)
      } decode: {
        (result: borrowing PostgresResult) throws(DecodingFailure) in
        try InstructorRow.decodeFirst(result)
      }
    }
    updated = changed
  }
}

/// A delete of one instructor: it locks this row, and then the instructor's courses, which nobody locks who has not locked
/// the row.
final class DeleteInstructor: GroupedWrite, @unchecked Sendable {
  // Unchecked as its superclass is, whose proof holds for `isDeleted`: only the thread that has the connection touches it.

  private let id: InstructorID
  private let ifVersion: Int64?
  private let repository: PostgresInstructors
  private var isDeleted = false

  init(_ id: InstructorID, ifVersion: Int64?, _ repository: PostgresInstructors) {
    self.id = id
    self.ifVersion = ifVersion
    self.repository = repository
    super.init(repository.writes.delete)
  }

  override var entityID: Int64? { id.rawValue }
  override var lockOrder: LockOrder { .instructor(id) }
  override var batchClass: UInt8 { PipelineClass.deletes }
  override var bytes: Int { 64 }
  override var isDone: Bool { isDeleted }

  override func bind(_ parameters: ParameterBuffer) {
    parameters.append(id.rawValue)
    parameters.append(ifVersion)
  }

  override func receive(_ result: borrowing PostgresResult) {
    isDeleted = result.affectedRows == 1
  }

  override func runAlone(_ connection: PostgresConnection, _ call: Call) throws(StoreError) {
    isDeleted = try repository.change(id, ifVersion, connection, call) { () throws(StoreError) in
      try connection.query(call, statement) {
        bind($0)
      } decode: { (result: borrowing PostgresResult) in
        result.affectedRows == 1 ? true : nil
      }
    }
  }
}
