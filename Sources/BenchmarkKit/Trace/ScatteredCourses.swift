import CatalogGenerator
import InstructorStore

/// Gives each operation of a trace a course of its own, in no order: neighbouring operations get courses far apart.
///
/// A permutation of a region of ``IdentifierSpace``, so no two operations get the same and none is the catalog's.
struct ScatteredCourses: Sendable {
  private static let stream = TraceRandom.stream("scattered courses")
  private let first: Int64
  private let permutation: KeyedPermutation

  /// - Parameter first: Where the region begins.
  init(from first: Int64, seed: UInt64) {
    self.first = first
    permutation = KeyedPermutation(count: UInt64(IdentifierSpace.regionSize), key: seed ^ Self.stream)
  }

  subscript(_ index: Int) -> CourseID {
    CourseID(first + Int64(permutation.image(of: UInt64(index))))
  }
}
