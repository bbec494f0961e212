import RealModule
import Testing

@testable import BenchmarkKit

/// Reference values of p and of the interval's ends are from SciPy 1.17 (`scipy.stats.wilcoxon` with `method="exact"`; the
/// interval by calling it between all Walsh averages); with ties from counting all 2ⁿ signs.
@Suite struct StatisticsTests {
  private static let a = [
    0.112, 0.085, -0.021, 0.143, 0.067, 0.098, 0.051, -0.034, 0.120, 0.077, 0.009, 0.131,
  ]
  private static let b = [0.031, -0.012, 0.044, -0.027, 0.018, -0.052, 0.0235, 0.0061]
  private static let c = [1.1, 2.2, 3.3, 4.4, 5.5, 6.6]
  private static let d = [
    -0.020097, -0.046218, 0.007582, 0.041022, 0.076802, 0.025485, -0.007632, -0.019239, 0.057437, 0.101739,
    0.033638,
    -0.041666, -0.027913, 0.100001, 0.030144, -0.066607, 0.015815, -0.038161, -0.011464, -0.0044, -0.015666,
    0.047669,
    0.016846, -0.009472,
  ]

  private struct Reference: Sendable {
    var values: [Double]
    var p, estimate, lower, upper: Double
  }

  private static let references = [
    Reference(values: a, p: 0.0048828125, estimate: 0.07525, lower: 0.03, upper: 0.11),
    Reference(values: b, p: 0.7421875, estimate: 0.005925, lower: -0.027, upper: 0.031),
    Reference(values: c, p: 0.03125, estimate: 3.85, lower: 1.1, upper: 6.6),
    Reference(values: d, p: 0.4223414659500122, estimate: 0.0074105, lower: -0.011464, upper: 0.0291675),
  ]

  private func close(_ left: Double?, _ right: Double) -> Bool {
    left.map { ($0 - right).magnitude <= 1e-12 * max(1, right.magnitude) } ?? false
  }

  private struct Samples: Sendable {
    var first, second: [Double]
    var p: Double
  }

  /// The first is the example of `scipy.stats.mannwhitneyu`; the others are counted by hand.
  private static let samples = [
    Samples(first: [19, 22, 16, 29, 24], second: [20, 11, 17, 12], p: 1.0 / 9),
    Samples(first: [1, 2, 3], second: [4, 5, 6, 7, 8, 9, 10, 11, 12], p: 2.0 / 220),
    Samples(
      first: [2.85, 2.92, 3.19], second: [2.97, 3.16, 3.2, 3.31, 3.92, 3.95, 4.14, 4.17, 4.2], p: 8.0 / 220),
    Samples(first: [1, 2, 2], second: [2, 3], p: 0.6), Samples(first: [1], second: [1], p: 1),
  ]

  @Test(arguments: samples.indices) func samplesAreComparedByTheirRanks(index: Int) {
    let samples = Self.samples[index]
    #expect(close(RankSumTest(samples.first, samples.second)?.pValue, samples.p))
    #expect(close(RankSumTest(samples.second, samples.first)?.pValue, samples.p))
    #expect(RankSumTest(samples.first, []) == nil && RankSumTest([], samples.second) == nil)
  }

  @Test(arguments: references.indices) func testEstimateAndIntervalAreTheReference(index: Int) throws {
    let reference = Self.references[index]
    #expect(close(SignedRankTest(reference.values).pValue, reference.p))
    let averages = WalshAverages(reference.values)
    #expect(close(averages.median, reference.estimate))
    let interval = try #require(averages.interval(level: 0.95))
    #expect(close(interval.lower, reference.lower))
    #expect(close(interval.upper, reference.upper))
    // Turned round, everything is turned round.
    let mirrored = WalshAverages(reference.values.map { -$0 })
    #expect(close(mirrored.interval(level: 0.95)?.lower, -reference.upper))
    #expect(close(SignedRankTest(reference.values.map { -$0 }).pValue, reference.p))
  }

  @Test func tiesGetTheirExactConditionalDistributionAndZerosAreLeftOut() {
    let withZeros = SignedRankTest([1, 1, -1, 2, 2, 3, -3, 4, 0, 0])
    #expect(withZeros.count == 8)
    #expect(withZeros.positiveRankSum == 27.5)
    #expect(close(withZeros.pValue, 0.2421875))
    #expect(close(SignedRankTest([0.5, 0.5, 0.5, -0.5, 1, 1, 2, -2, 3, 3, 3]).pValue, 0.0380859375))
    #expect(SignedRankTest([]).pValue == 1)
    #expect(SignedRankTest([0, 0]).pValue == 1)
  }

  @Test func criticalSumsAreThoseOfTheTables() {
    let expected = [
      6: (0, 0.015625), 8: (3, 0.01953125), 12: (13, 0.021240234375), 24: (81, 0.02453058958053589),
    ]
    for (count, (critical, tail)) in expected {
      let distribution = SignedRankDistribution.untied(count)
      #expect(distribution.criticalSum(alpha: 0.05) == critical)
      #expect(close(distribution.atMost(2 * critical), tail))
    }
    #expect(SignedRankDistribution.untied(5).criticalSum(alpha: 0.05) == nil)
    #expect(WalshAverages([1, 2, 3, 4, 5]).interval(level: 0.95) == nil)
    #expect(WalshAverages([]).median == nil)
  }

  @Test func testAndIntervalNeverContradictEachOther() {
    var random = TraceRandom(seed: 3, stream: 1, index: 0)
    for _ in 0..<300 {
      let values = (0..<12).map { _ in random.unit() - 0.35 }
      let isRejected = SignedRankTest(values).pValue <= 0.05
      let interval = WalshAverages(values).interval(level: 0.95)
      let holdsZero = interval.map { $0.lower <= 0 && 0 <= $0.upper } ?? true
      #expect(isRejected != holdsZero)
    }
  }

  @Test func theSmallestPIsThatOfTheTest() {
    #expect(SignedRankTest.smallestPValue(count: 12) == 0.00048828125)
    #expect(SignedRankTest((1...12).map(Double.init)).pValue == SignedRankTest.smallestPValue(count: 12))
    #expect(SignedRankTest.smallestCount(alpha: 0.01 / 8) == 11)
    #expect(SignedRankTest.smallestCount(alpha: 0.05) == 6)
  }

  @Test func holmAdjustsStepByStep() {
    let adjusted = Holm.adjusted([0.01, 0.04, 0.03, 0.005, 0.2])
    for (value, expected) in zip(adjusted, [0.04, 0.09, 0.09, 0.025, 0.2]) { #expect(close(value, expected)) }
    #expect(Holm.adjusted([]) == [])
    #expect(Holm.adjusted([0.7, 0.9]) == [1, 1])
  }

  @Test func normalQuantiles() {
    let expected = [
      0.5: 0, 0.975: 1.959963984540054, 0.8: 0.8416212335729143, 0.9999: 3.719016485455709,
      0.025: -1.959963984540054,
    ]
    for (probability, z) in expected {
      #expect((NormalDistribution.quantile(probability) - z).magnitude < 1e-8, "\(probability)")
    }
  }

  @Test func aRatioIsEstimatedOverItsBlocks() throws {
    let ratio = try #require(RatioEstimate(logRatios: Self.a))
    #expect(close(ratio.estimate, Double.exp(0.07525)))
    #expect(close(ratio.lower, Double.exp(0.03)))
    #expect(ratio.agreeing == 10)
    #expect((0.95...0.96).contains(ratio.confidence ?? 0))
    #expect(!ratio.isInside(margin: 0.05))
    #expect(ratio.isInside(margin: 0.2))
    #expect(RatioEstimate(logRatios: []) == nil)
    #expect(RatioEstimate(logRatios: [0.1])?.lower == nil)
  }

  @Test func ranksAreCorrelatedAsSpearmanDid() throws {
    let same = (1...100).map { (Int64($0), Int64($0) * 1_000) }
    #expect(RankCorrelation.of(same.shuffled()) == 1)
    #expect(RankCorrelation.of(same.map { ($0.0, -$0.1) }) == -1)
    // Ranks 2, 1, 4, 3, 5 against 1 to 5: 1 - 6 * 4 / 120.
    let value = try #require(RankCorrelation.of([(1, 20), (2, 10), (3, 40), (4, 30), (5, 50)]))
    #expect(close(value, 0.8))
    #expect(RankCorrelation.of([(1, 1)]) == nil)
  }

  @Test func noiseIsWhatAnArmDiffersFromItselfBy() throws {
    #expect(BlockNoise.of([]) == nil)
    #expect(BlockNoise.of([(100, 100), (50, 50)]) == 0)
    let noise = try #require(BlockNoise.of([(100, 110), (110, 100)]))
    #expect(close(noise, Double.log(1.1) / 2))
  }

  /// Against the sums of all terms, written out.
  @Test func binomialTailsAreExact() {
    let few = BinomialDistribution(trials: 3, probability: 0.25)
    for (count, probability) in [(-1, 1.0), (0, 1), (1, 37.0 / 64), (2, 10.0 / 64), (3, 1.0 / 64), (4, 0)] {
      #expect((few.atLeast(count) - probability).magnitude < 1e-12, "\(count)")
      #expect((few.atMost(count - 1) - (1 - probability)).magnitude < 1e-12, "\(count)")
    }
    let many = BinomialDistribution(trials: 1_000, probability: 0.05)
    // By fractions of whole numbers, in Python.
    #expect((many.atLeast(80) / 3.48864497579347e-05 - 1).magnitude < 1e-9)
    let mirrored = BinomialDistribution(trials: 1_000, probability: 0.95)
    #expect((many.atLeast(80) / mirrored.atMost(920) - 1).magnitude < 1e-9)
    #expect((many.atLeast(50) + many.atMost(49) - 1).magnitude < 1e-9)
    #expect(BinomialDistribution(trials: 5, probability: 0).atLeast(1) == 0)
    #expect(BinomialDistribution(trials: 5, probability: 1).atMost(4) == 0)
  }
}
