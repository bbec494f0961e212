import CatalogGenerator
import InstructorStore
import Synchronization

/// What was counted again after a run that wrote reviews, and found right.
public struct Recount: Sendable, Equatable, Encodable {
  /// Ratings of courses that the run touched, each equal to a count of the course's reviews.
  public var ratings = 0
  /// Reviewers that the run touched, each with as many reviews as their count says.
  public var reviewers = 0
  /// The reviews that were read for it.
  public var reviews = 0
}

/// Counts again what a run has touched, while its writes are still there.
struct Recounting: Sendable {
  let catalog: BenchmarkCatalog

  /// Reads all reviews of the touched courses. A reviewer's reviews of other courses are the catalog's.
  ///
  /// - Throws: ``BenchmarkFailure`` with ``ExitStatus/mismatch`` that names the first wrong count.
  func check(_ touches: Set<ReviewTouch>, on store: any StorageBackend) async throws -> Recount {
    let courses = Set(touches.map(\.course)).sorted()
    let reviewers = Set(touches.map(\.reviewer)).sorted()
    var elsewhere = Dictionary(uniqueKeysWithValues: reviewers.map { ($0, inCatalog($0)) })
    for course in courses { subtract(course, from: &elsewhere) }
    let tally = Tally(elsewhere)
    let problem = Found()
    do throws(StoreError) {
      try await InverseWork.chunks(of: courses.indices, size: 1) { chunk throws(StoreError) in
        if problem.problem != nil { return }
        let course = courses[chunk.lowerBound]
        let recount = try await CourseRecount(of: course, on: store.reviews)
        let rating = try await store.ratings.get(course)
        if let wrong = recount.problem(with: rating) { problem.report(wrong) }
        tally.add(recount.reviews)
      }
      let counts = tally.byReviewer
      try await InverseWork.chunks(of: reviewers.indices, size: 1) { chunk throws(StoreError) in
        if problem.problem != nil { return }
        let reviewer = try await store.reviewers.get(reviewers[chunk.lowerBound])
        let expected = counts[reviewer.id] ?? 0
        if reviewer.reviewCount != expected {
          problem.report(
            "reviewer \(reviewer.id) says \(reviewer.reviewCount) reviews, there are \(expected)")
        }
      }
    } catch {
      if error.code == .cancelled { throw CancellationError() }
      throw BenchmarkFailure(error, during: "counting again on \(store.name)")
    }
    if let problem = problem.problem {
      throw BenchmarkFailure(.mismatch, "a count on \(store.name) does not equal a recount: \(problem).")
    }
    return Recount(
      ratings: courses.count, reviewers: reviewers.count, reviews: tally.reviews)
  }

  /// All reviews that the reviewer has in the catalog.
  private func inCatalog(_ id: ReviewerID) -> Int64 {
    catalog.generated.expectedReviewer(id)?.reviewCount ?? 0
  }

  /// Takes the catalog's reviews of a course out: they are found in the store, or were deleted.
  private func subtract(_ course: CourseID, from counts: inout [ReviewerID: Int64]) {
    let number = Int(course.rawValue) - 1
    guard (0..<catalog.courses).contains(number) else { return }
    for review in catalog.generated.reviewIndexes(ofCourse: number) {
      counts[catalog.reviewer(catalog.generated.reviewerIndex(ofReview: review))]? -= 1
    }
  }
}

/// The reviews found so far, of the reviewers that count.
private final class Tally: Sendable {
  private let state: Mutex<(byReviewer: [ReviewerID: Int64], reviews: Int)>

  init(_ byReviewer: [ReviewerID: Int64]) { state = Mutex((byReviewer, 0)) }

  func add(_ reviews: [Review]) {
    state.withLock { state in
      state.reviews += reviews.count
      for review in reviews { state.byReviewer[review.reviewerID]? += 1 }
    }
  }

  var byReviewer: [ReviewerID: Int64] { state.withLock { $0.byReviewer } }
  var reviews: Int { state.withLock { $0.reviews } }
}
