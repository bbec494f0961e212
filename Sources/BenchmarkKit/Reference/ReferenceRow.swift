/// What came of one measure against one of its references.
public struct ReferenceRow: Sendable {
  public var measure: ReferenceMeasure
  public var reference: ReferenceMeasure.Reference
  /// The best of the reference's programs, by its median.
  public var best: ReferenceProgram
  /// Operations a second (a load: seconds), one for each round.
  public var ours: [Double]
  /// The same of ``best``.
  public var others: [Double]
  /// What the library's side takes with the store in memory; `nil` for a load.
  public var runner: RunnerCost?

  /// The median over the rounds, ours by the other's.
  ///
  /// Of medians rather than of the rounds' own ratios: a round in which the machine did something else hits one of the
  /// two segments only.
  public var ratio: Double { Self.median(ours) / Self.median(others) }

  public var oursMedian: Double { Self.median(ours) }
  public var othersMedian: Double { Self.median(others) }

  /// Of the rounds' own ratios.
  public var range: ClosedRange<Double> {
    let ratios = zip(ours, others).map { $0 / $1 }
    guard let low = ratios.min(), let high = ratios.max() else { return 0...0 }
    return low...high
  }

  /// Whether the bar was reached; `nil` where there is none.
  public var isMet: Bool? { reference.bar.map(reaches) }

  func reaches(_ goal: Double) -> Bool { measure.isTime ? ratio <= goal : ratio >= goal }

  /// - Parameter figures: Of each program, one figure a round.
  init?(
    _ measure: ReferenceMeasure, _ reference: ReferenceMeasure.Reference, ours: [Double],
    _ figures: [ReferenceProgram: [Double]], _ runner: RunnerCost? = nil
  ) {
    let all = reference.programs.compactMap { program in figures[program].map { (program, $0) } }
    func isWorse(_ left: (ReferenceProgram, [Double]), _ right: (ReferenceProgram, [Double])) -> Bool {
      let (first, second) = (Self.median(left.1), Self.median(right.1))
      return measure.isTime ? first > second : first < second
    }
    guard let best = all.max(by: isWorse), !ours.isEmpty, ours.count == best.1.count else { return nil }
    self.measure = measure
    self.reference = reference
    self.best = best.0
    self.ours = ours
    self.runner = runner
    others = best.1
  }

  private static func median(_ values: [Double]) -> Double { MedianRange(values)?.median ?? 0 }
}

/// What `dbbench reference` found.
public struct ReferenceResult: Sendable {
  public var rows: [ReferenceRow]
  public var instructors: Int
  public var courses: Int
  public var seed: UInt64
  /// Seconds of one timed segment.
  public var segmentSeconds: Double
  /// Versions and settings of each server and of this program.
  public var environments: [String: [String: String]]

  public init(
    rows: [ReferenceRow], instructors: Int, courses: Int, seed: UInt64, segmentSeconds: Double,
    environments: [String: [String: String]]
  ) {
    self.rows = rows
    self.instructors = instructors
    self.courses = courses
    self.seed = seed
    self.segmentSeconds = segmentSeconds
    self.environments = environments
  }

  /// The rows below their bar.
  public var missed: [ReferenceRow] { rows.filter { $0.isMet == false } }

  /// How a ratio is made; part of every report.
  public static let method =
    "ratio of the medians over the rounds; every program of a row runs in every round, in turn with ours, and the one "
    + "with the best median is the reference. Both sides execute the same statement for one call; batched, the library sends "
    + "one for all lookups of a kind that wait. In memory: the library's side of the loop with the store in memory"
}
