import CatalogGenerator
import InstructorStore

/// The catalog that every backend of a run is loaded with: what a workload needs to know about it.
///
/// The record with number *i* has the id *i* + 1, instructors and courses alike. Making one takes
/// milliseconds: make it once and keep it.
public struct BenchmarkCatalog: Sendable {
  let generated: Catalog

  public var seed: UInt64 { generated.seed }
  /// The number of instructors.
  public var instructors: Int { generated.instructorCount }
  /// The number of courses.
  public var courses: Int { generated.courseCount }
  /// Names the content: equal for equal catalogs.
  public var fingerprint: String { generated.fingerprint }

  /// - Throws: ``BenchmarkFailure`` with ``ExitStatus/usage`` for sizes that no catalog can have.
  public init(seed: UInt64, instructors: Int, courses: Int) throws(BenchmarkFailure) {
    do throws(CatalogError) {
      generated = try Catalog(seed: seed, instructors: instructors, courses: courses)
    } catch {
      throw BenchmarkFailure(.usage, "no such catalog: \(error).")
    }
  }

  func id(_ number: Int) -> InstructorID { InstructorID(Int64(number) + 1) }
  func course(_ number: Int) -> CourseID { CourseID(Int64(number) + 1) }

  /// The instructor with this number, as it is loaded.
  func instructor(_ number: Int) -> NewInstructor { generated.instructor(number) }

  /// The same as it is stored.
  func stored(_ number: Int) -> Instructor { Instructor(instructor(number), id: id(number)) }

  /// An instructor that is not in the catalog.
  func newcomer(_ number: Int, id: InstructorID, courses: [CourseAssignment]) -> NewInstructor {
    var new = generated.newcomer(number, courses: courses)
    new.id = id
    return new
  }

  /// All instructors, for a bulk load.
  var source: BulkSource<NewInstructor> { generated.instructorSource }

  /// The first instructors and courses of a catalog like this one, or all of it if it is smaller.
  func smaller(instructors limit: Int) -> BenchmarkCatalog {
    guard
      let smaller = try? BenchmarkCatalog(
        seed: seed, instructors: min(instructors, limit), courses: min(courses, limit))
    else { return self }
    return smaller
  }
}
