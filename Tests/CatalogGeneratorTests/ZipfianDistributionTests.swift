import Foundation
import Testing

@testable import CatalogGenerator

@Suite struct ZipfianDistributionTests {
  @Test(arguments: [
    (1, 0.99), (2, 0.99), (10, 0), (10, 1), (1_000, 0.5), (1_000, 0.99), (1_000, 1), (1_000, 1.000_000_001),
    (1_000, 1.5), (50, 10),
  ])
  func frequenciesAreThoseOfTheory(elements: Int, exponent: Double) throws {
    let distribution = try ZipfianDistribution(elements: elements, exponent: exponent)
    let draws = 200_000
    var counts = Array(repeating: 0, count: elements)
    for index in 0..<draws { counts[distribution.rank(SplitMix64.hash(UInt64(index), key: 99))] += 1 }
    let weights = (1...elements).map { Foundation.pow(Double($0), -exponent) }
    let total = weights.reduce(0, +)
    // Neighbours are taken together until a class is large enough for the test.
    var observed: [Int] = []
    var expected: [Double] = []
    var (count, sum) = (0, 0.0)
    for rank in 0..<elements {
      count += counts[rank]
      sum += weights[rank] / total * Double(draws)
      if sum >= 10 {
        observed.append(count)
        expected.append(sum)
        (count, sum) = (0, 0)
      }
    }
    if sum > 0, !observed.isEmpty {
      observed[observed.count - 1] += count
      expected[expected.count - 1] += sum
    }
    if observed.count > 1 {
      #expect(ChiSquare.deviations(observed: observed, expected: expected) < 4)
    } else {
      #expect(observed == [draws])
    }
  }

  /// A million keys in classes of ranks that double: each class gets its share, up to the last rank.
  @Test func aLargeDistributionHasTheRightTail() throws {
    let elements = 1_000_000
    let distribution = try ZipfianDistribution(elements: elements)
    let draws = 300_000
    var observed = Array(repeating: 0, count: 20)
    for index in 0..<draws {
      let rank = distribution.rank(SplitMix64.hash(UInt64(index), key: 5))
      #expect((0..<elements).contains(rank))
      observed[63 - (rank + 1).leadingZeroBitCount] += 1
    }
    var expected = Array(repeating: 0.0, count: 20)
    for rank in 1...elements {
      expected[63 - rank.leadingZeroBitCount] += Foundation.pow(Double(rank), -0.99)
    }
    let total = expected.reduce(0, +)
    let shares = expected.map { $0 / total * Double(draws) }
    #expect(ChiSquare.deviations(observed: observed, expected: shares) < 4)
  }

  @Test func extremeRandomValuesStayInside() throws {
    for elements in [1, 2, 3, 1_000, 1_000_000_000_000] {
      for exponent in [0, 0.5, 0.99, 1, 2, 10] {
        let distribution = try ZipfianDistribution(elements: elements, exponent: exponent)
        for random in [0, 1, 0x7ff, 1 << 63, .max - 1, .max] as [UInt64] {
          #expect((0..<elements).contains(distribution.rank(random)))
        }
      }
    }
  }

  @Test func drawsAreReproducible() throws {
    let distribution = try ZipfianDistribution(elements: 1_000_000)
    let ranks = (0..<8 as Range<UInt64>).map { distribution.rank(SplitMix64.hash($0, key: 1)) }
    #expect(ranks == Golden.zipfianRanks)
  }

  @Test func scrambledKeysKeepTheFrequenciesAndMoveTheKeys() throws {
    let scrambled = try ScrambledZipfianDistribution(elements: 500, seed: 4)
    let keys = (0..<500).map { scrambled.key(ofRank: $0) }
    #expect(keys.sorted() == Array(0..<500))
    #expect(keys != Array(0..<500))
    for index in 0..<1_000 as Range<UInt64> {
      let random = SplitMix64.hash(index, key: 8)
      #expect(scrambled.key(random) == keys[scrambled.ranks.rank(random)])
    }
  }

  @Test func badParametersAreRefused() {
    for elements in [0, -1, .min, .max] {
      #expect(throws: CatalogError.elements(elements)) { try ZipfianDistribution(elements: elements) }
    }
    for exponent in [-0.1, 10.5, Double.infinity] {
      #expect(throws: CatalogError.exponent(exponent)) {
        try ZipfianDistribution(elements: 10, exponent: exponent)
      }
    }
    #expect(throws: CatalogError.self) { try ZipfianDistribution(elements: 10, exponent: .nan) }
  }
}
