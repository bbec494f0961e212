import CatalogGenerator
import InstructorStore

/// The catalog that every backend of a run is loaded with: what a workload needs to know about it.
///
/// The record with number *i* has the id *i* + 1, whatever its kind. Making a catalog takes
/// milliseconds: make it once and keep it.
public struct BenchmarkCatalog: Sendable {
  let generated: Catalog

  public var seed: UInt64 { generated.seed }
  /// The number of instructors.
  public var instructors: Int { generated.instructorCount }
  /// The number of courses.
  public var courses: Int { generated.courseCount }
  /// The number of reviewers.
  public var reviewers: Int { generated.reviewerCount }
  /// The number of reviews.
  public var reviews: Int { generated.reviewCount }
  /// Instructors, reviewers and reviews.
  public var records: Int { instructors + reviewers + reviews }
  /// Names the content: equal for equal catalogs.
  public var fingerprint: String { generated.fingerprint }

  /// - Throws: ``BenchmarkFailure`` with ``ExitStatus/usage`` for sizes that no catalog can have.
  public init(seed: UInt64, instructors: Int, courses: Int, reviewers: Int, reviews: Int)
    throws(BenchmarkFailure)
  {
    do throws(CatalogError) {
      generated = try Catalog(
        seed: seed, instructors: instructors, courses: courses, reviewers: reviewers, reviews: reviews)
    } catch {
      throw BenchmarkFailure(.usage, "no such catalog: \(error).")
    }
  }

  func id(_ number: Int) -> InstructorID { InstructorID(Int64(number) + 1) }
  func course(_ number: Int) -> CourseID { CourseID(Int64(number) + 1) }

  func reviewer(_ number: Int) -> ReviewerID { ReviewerID(Int64(number) + 1) }

  /// The review with this number, as it is stored.
  func review(_ number: Int) -> Review { generated.review(number) }

  /// A review that is not in the catalog, of a course and by a reviewer that are.
  func newReview(_ number: Int, id: ReviewID, ofCourse course: Int, by reviewer: Int) -> NewReview {
    var new = generated.newReview(number, ofCourse: course, by: reviewer)
    new.id = id
    return new
  }

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

  /// All of it, for a bulk load.
  var bulkLoad: BulkLoad { generated.bulkLoad }

  /// The same instructors and courses, and nothing else.
  var instructorsOnly: BenchmarkCatalog {
    (try? BenchmarkCatalog(
      seed: seed, instructors: instructors, courses: courses, reviewers: 0, reviews: 0)) ?? self
  }

  /// A catalog like this one with fewer instructors and everything else in the same proportion, or this one if it has no
  /// more than so many.
  public func smaller(instructors limit: Int) -> BenchmarkCatalog {
    func scaled(_ count: Int) -> Int {
      max(1, Int(Double(count) * Double(limit) / Double(instructors)))
    }
    guard limit < instructors,
      let smaller = try? BenchmarkCatalog(
        seed: seed, instructors: limit, courses: scaled(courses), reviewers: scaled(reviewers),
        reviews: scaled(reviews))
    else { return self }
    return smaller
  }
}
