import CatalogGenerator

/// Chooses reviews of the catalog by their number: all equally likely, or else any review of a course that is chosen.
struct ReviewChooser: Sendable {
  private let catalog: BenchmarkCatalog
  /// `nil`: every review is equally likely, so courses are in proportion to their reviews.
  private let courses: KeyChooser?

  init(_ catalog: BenchmarkCatalog, courses: KeyChooser?) {
    self.catalog = catalog
    self.courses = courses
  }

  @inline(__always)
  func next(_ random: inout TraceRandom) -> Int {
    guard let courses else { return random.below(catalog.reviews) }
    let reviews = catalog.generated.reviewIndexes(ofCourse: courses.next(&random))
    // A course nobody has reviewed stands for any other.
    return reviews.isEmpty ? random.below(catalog.reviews) : reviews.lowerBound + random.below(reviews.count)
  }
}

extension BenchmarkCatalog {
  func reviewKeys(_ keys: KeyDistribution) -> ReviewChooser {
    ReviewChooser(self, courses: keys == .uniform ? nil : courseKeys(keys))
  }
}
