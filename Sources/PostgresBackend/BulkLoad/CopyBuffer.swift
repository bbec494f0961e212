import InstructorStore

/// Rows in PostgreSQL's binary COPY format, in memory that is used again for every chunk.
///
/// Source of the format: PostgreSQL 15 documentation, COPY, "Binary Format".
final class CopyBuffer {
  private(set) var count = 0
  private var capacity: Int
  private var memory: UnsafeMutableRawPointer

  init(capacity: Int = 1 << 20) {
    self.capacity = capacity
    memory = .allocate(byteCount: capacity, alignment: 8)
  }

  deinit { memory.deallocate() }

  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: memory, count: count) }

  /// Empties the buffer and writes the header.
  func begin() {
    count = 0
    for byte in "PGCOPY\n".utf8 { append(byte) }
    for byte in [0xFF, 0x0D, 0x0A, 0x00] as [UInt8] { append(byte) }
    append(Int32(0))
    append(Int32(0))
  }

  func beginRow(fields: Int16) { append(fields) }
  func end() { append(Int16(-1)) }

  func field(_ value: Int64) {
    append(Int32(8))
    append(value)
  }

  func field(_ value: Bool) {
    append(Int32(1))
    append(UInt8(value ? 1 : 0))
  }

  func field(smallint value: Int?) {
    guard let value else { return null() }
    append(Int32(2))
    append(Int16(truncatingIfNeeded: value))
  }

  func field(_ value: String?) {
    guard var value else { return null() }
    value.withUTF8 { text in
      append(Int32(truncatingIfNeeded: text.count))
      reserve(text.count)
      if let start = text.baseAddress { (memory + count).copyMemory(from: start, byteCount: text.count) }
      count += text.count
    }
  }

  /// The courses with this role as a bigint array; null where there are none.
  func field(_ courses: [CourseAssignment], _ role: CourseRole) {
    let number = courses.count { $0.role == role }
    guard number > 0 else { return null() }
    append(Int32(20 + 12 * number))
    append(Int32(1))
    append(Int32(0))
    append(Int32(20))
    append(Int32(truncatingIfNeeded: number))
    append(Int32(1))
    for course in courses where course.role == role { field(course.courseID.rawValue) }
  }

  func null() { append(Int32(-1)) }

  /// A value whose length is known when `body` has written it.
  func field(_ body: () -> Void) {
    append(Int32(0))
    let start = count
    body()
    (memory + (start - 4)).storeBytes(of: Int32(truncatingIfNeeded: count - start).bigEndian, as: Int32.self)
  }

  @inline(__always)
  func append<Value: FixedWidthInteger>(_ value: Value) {
    reserve(MemoryLayout<Value>.size)
    (memory + count).storeBytes(of: value.bigEndian, as: Value.self)
    count += MemoryLayout<Value>.size
  }

  @inline(__always)
  private func reserve(_ more: Int) {
    if count + more > capacity { grow(count + more) }
  }

  private func grow(_ needed: Int) {
    capacity = max(needed, capacity * 2)
    let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 8)
    larger.copyMemory(from: memory, byteCount: count)
    memory.deallocate()
    memory = larger
  }
}

extension CopyBuffer {
  static let instructorsCommand = """
    COPY instructors (id, version, learners, rating_count, average_rating_tenths, first_name, middle_initial, \
    last_name, academic_title, title, organization, primary_of, assists) FROM STDIN (FORMAT binary)
    """
  static let coursesCommand =
    "COPY course_instructors (course_id, instructor_id, is_primary) FROM STDIN (FORMAT binary)"

  func appendInstructor(_ new: NewInstructor, _ id: InstructorID) {
    beginRow(fields: 13)
    field(id.rawValue)
    field(1 as Int64)
    field(new.learners)
    field(new.ratingCount)
    field(smallint: new.averageRating?.tenths)
    field(new.firstName)
    field(new.middleInitial)
    field(new.lastName)
    field(new.academicTitle)
    field(new.title)
    field(new.organization)
    field(new.courses, .primary)
    field(new.courses, .assistant)
  }

  func appendCourses(_ new: NewInstructor, _ id: InstructorID) {
    for course in new.courses {
      beginRow(fields: 3)
      field(course.courseID.rawValue)
      field(id.rawValue)
      field(course.role == .primary)
    }
  }
}
