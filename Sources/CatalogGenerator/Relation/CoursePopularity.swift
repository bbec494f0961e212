/// How many learners a course has: Zipf's law with exponent 1 over the courses in a random order.
///
/// The course of popularity rank *r* (from 0) has ⌊top / (r + 1)⌋ learners, `top` chosen so that a course has
/// ``meanLearners`` on average. What is drawn per learner, such as reviews, can follow the same ranks.
struct CoursePopularity: Sendable {
  /// Ten learners for each of the 15 reviews that the full-scale catalog has per course.
  static let meanLearners: UInt64 = 150

  private let ranks: KeyedPermutation
  private let top: UInt64

  init(courses: UInt64, seed: UInt64) {
    ranks = KeyedPermutation(count: courses, key: CatalogStream.popularity.key(seed: seed))
    let total = Double(courses * Self.meanLearners)
    top = UInt64((total / Self.harmonicNumber(courses)).rounded())
  }

  func rank(ofCourse course: UInt64) -> UInt64 { ranks.image(of: course) }
  func course(ofRank rank: UInt64) -> UInt64 { ranks.preimage(of: rank) }
  func learners(ofCourse course: UInt64) -> Int64 { Int64(top / (rank(ofCourse: course) + 1)) }

  static let eulersConstant = 0.577_215_664_901_532_861
  /// Up to here a harmonic number is summed up.
  static let exactHarmonics: UInt64 = 64

  /// 1 + 1/2 + … + 1/n, by the Euler–Maclaurin formula beyond a few terms.
  static func harmonicNumber(_ n: UInt64) -> Double {
    guard n > exactHarmonics else { return (1...n).reduce(0) { $0 + 1 / Double($1) } }
    let x = Double(n)
    return ElementaryFunctions.ln(x) + eulersConstant + 1 / (2 * x) - 1 / (12 * x * x)
  }
}
