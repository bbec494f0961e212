import InstructorStore
import Synchronization

/// Valid records for a bulk load: record *i* is the primary of course *i* and an assistant of course *i* − 1.
struct BulkRecords: Sendable {
  let count: Int
  var firstID: Int64 = 1
  /// What makes single records bad, by their numbers.
  var changed: [Int: @Sendable (inout NewInstructor) -> Void] = [:]

  private static let firstCourse: Int64 = 7_000_000

  var assignments: Int { max(0, 2 * count - 1) }

  func course(_ index: Int) -> CourseID { CourseID(Self.firstCourse + Int64(index)) }

  /// What record `index` is once stored, leaving ``changed`` aside.
  func expected(_ index: Int) -> Instructor {
    Instructor(record(index), id: InstructorID(firstID + Int64(index) * 2))
  }

  var source: BulkSource<NewInstructor> {
    let records = self
    return BulkSource(count: count) { range in
      range.map { index in
        var record = records.record(index)
        records.changed[index]?(&record)
        return record
      }
    }
  }

  private func record(_ index: Int) -> NewInstructor {
    var courses: [CourseAssignment] = [.primary(course(index))]
    if index > 0 { courses.append(.assistant(course(index - 1))) }
    return NewInstructor(
      id: InstructorID(firstID + Int64(index) * 2), firstName: "F\(index % 13)",
      middleInitial: index % 2 == 0 ? nil : "É.", lastName: "L\(index % 101)",
      academicTitle: index % 3 == 0 ? nil : "Ph.D.", title: index % 5 == 0 ? nil : "Head of “\(index)” 🎓",
      organization: index % 7 == 0 ? nil : "org \(index % 7)", learners: Int64(index) * 1_000,
      averageRating: index % 4 == 0 ? nil : AverageRating(tenths: index % 51), ratingCount: Int64(index),
      courses: courses)
  }
}

/// The highest of the numbers it was told.
final class Highest: Sendable {
  private let highest = Atomic<Int64>(0)
  var value: Int64 { highest.load(ordering: .acquiring) }
  func raise(to value: Int64) { highest.max(value, ordering: .acquiringAndReleasing) }
}
