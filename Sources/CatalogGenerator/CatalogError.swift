/// Why a catalog or a distribution of this size can't be made. `description` is one line that says what to do.
public enum CatalogError: Error, Hashable, Sendable {
  /// The number of instructors is outside ``Catalog/instructorCounts``.
  case instructors(Int)
  /// The number of courses is outside ``Catalog/courseCounts``.
  case courses(Int)
  /// More than ``Catalog/coursesPerInstructor`` times as many courses as instructors.
  case coursesPerInstructor(courses: Int, instructors: Int)
  /// The number of reviewers is outside ``Catalog/reviewerCounts``.
  case reviewers(Int)
  /// The number of reviews is outside ``Catalog/reviewCounts``.
  case reviews(Int)
  /// Reviews need reviewers.
  case reviewsWithoutReviewers(Int)
  /// The number of keys is outside ``ZipfianDistribution/elementCounts``.
  case elements(Int)
  /// The exponent is no number or outside ``ZipfianDistribution/exponents``.
  case exponent(Double)
}

extension CatalogError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .instructors(let count):
      "the number of instructors must be from \(Catalog.instructorCounts.lowerBound) to "
        + "\(Catalog.instructorCounts.upperBound), not \(count)"
    case .courses(let count):
      "the number of courses must be from \(Catalog.courseCounts.lowerBound) to "
        + "\(Catalog.courseCounts.upperBound), not \(count)"
    case .coursesPerInstructor(let courses, let instructors):
      "\(courses) courses are too many for \(instructors) instructors: use at least "
        + "\((courses - 1) / Catalog.coursesPerInstructor + 1) instructors"
    case .reviewers(let count):
      "the number of reviewers must be from \(Catalog.reviewerCounts.lowerBound) to "
        + "\(Catalog.reviewerCounts.upperBound), not \(count)"
    case .reviews(let count):
      "the number of reviews must be from \(Catalog.reviewCounts.lowerBound) to "
        + "\(Catalog.reviewCounts.upperBound), not \(count)"
    case .reviewsWithoutReviewers(let count):
      "\(count) reviews need at least 1 reviewer"
    case .elements(let count):
      "the number of keys must be from \(ZipfianDistribution.elementCounts.lowerBound) to "
        + "\(ZipfianDistribution.elementCounts.upperBound), not \(count)"
    case .exponent(let exponent):
      "the Zipfian exponent must be from \(ZipfianDistribution.exponents.lowerBound) to "
        + "\(ZipfianDistribution.exponents.upperBound), not \(exponent)"
    }
  }
}
