import Foundation
import Testing

@testable import CatalogGenerator

@Suite struct RandomTests {
  @Test func splitMix64GivesTheReferenceOutputs() {
    // The first outputs of Sebastiano Vigna's splitmix64.c for seed 1234567.
    var generator = SplitMix64(seed: 1_234_567)
    let expected: [UInt64] = [
      6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
      4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
    ]
    #expect(expected.map { _ in generator.next() } == expected)
    #expect((0..<5).map { SplitMix64.hash($0, key: 1_234_567) } == expected)
  }

  @Test(arguments: [0, 16, 32, 48] as [UInt64])
  func hashesOfNeighboursAreUniformInEveryByteGroup(shift: UInt64) {
    var buckets = Array(repeating: 0, count: 256)
    for index in 0..<100_000 as Range<UInt64> {
      buckets[Int((SplitMix64.hash(index, key: 7) >> shift) & 255)] += 1
    }
    #expect(ChiSquare.deviationsFromUniform(buckets) < 4)
  }

  @Test func everyInputBitChangesHalfOfTheOutputBits() {
    for bit in 0..<64 {
      var changed = 0
      for index in 0..<1_000 as Range<UInt64> {
        let value = SplitMix64.hash(index, key: 3)
        changed += (SplitMix64.mix(value) ^ SplitMix64.mix(value ^ (1 << UInt64(bit)))).nonzeroBitCount
      }
      #expect((31.0...33.0).contains(Double(changed) / 1_000), "bit \(bit)")
    }
  }

  @Test(arguments: [1, 2, 3, 4, 5, 7, 8, 9, 63, 64, 65, 100, 1_000, 4_097] as [UInt64])
  func permutationHitsEveryElementOnceAndInverts(count: UInt64) {
    for key in 0..<20 as Range<UInt64> {
      let permutation = KeyedPermutation(count: count, key: key)
      let images = (0..<count).map { permutation.image(of: $0) }
      #expect(images.sorted() == Array(0..<count))
      #expect(images.map { permutation.preimage(of: $0) } == Array(0..<count))
    }
  }

  @Test func permutationOfALargeDomainInverts() {
    for count in [10_000_000, 1_000_000_007, 1 << 62] as [UInt64] {
      let permutation = KeyedPermutation(count: count, key: 11)
      for element in [0, 1, count / 3, count / 2, count - 1] {
        let image = permutation.image(of: element)
        #expect(image < count)
        #expect(permutation.preimage(of: image) == element)
      }
    }
  }

  /// Where neighbours go, and how far apart, looks like chance.
  @Test(arguments: [100_000, 131_072] as [UInt64])
  func permutationSpreadsNeighbours(count: UInt64) {
    let permutation = KeyedPermutation(count: count, key: 5)
    var places = Array(repeating: 0, count: 50)
    var gaps = Array(repeating: 0, count: 50)
    for element in 0..<count / 10 {
      let image = permutation.image(of: element)
      let next = permutation.image(of: element + 1)
      places[Int(image * 50 / count)] += 1
      gaps[Int((next + count - image) % count * 50 / count)] += 1
    }
    #expect(ChiSquare.deviationsFromUniform(places) < 4)
    #expect(ChiSquare.deviationsFromUniform(gaps) < 4)
  }

  @Test func permutationsOfDifferentKeysDiffer() {
    let images = Set(
      (0..<500 as Range<UInt64>).map { KeyedPermutation(count: 1_000_000, key: $0).image(of: 42) })
    #expect(images.count > 490)
  }

  @Test func aliasTableFollowsItsWeights() {
    let weights: [UInt64] = [1, 0, 5, 1_000, 20, 300, 7, 7, 60, 2]
    let table = AliasTable(weights: weights)
    var counts = Array(repeating: 0, count: weights.count)
    for index in 0..<200_000 as Range<UInt64> {
      counts[table.index(SplitMix64.hash(index, key: 1).upper)] += 1
    }
    #expect(counts[1] == 0)
    let total = Double(weights.reduce(0, +))
    let used = weights.indices.filter { weights[$0] > 0 }
    let deviations = ChiSquare.deviations(
      observed: used.map { counts[$0] }, expected: used.map { Double(weights[$0]) / total * 200_000 })
    #expect(deviations < 4)
  }

  @Test func elementaryFunctionsAgreeWithTheCLibrary() {
    var x = 1e-300
    while x < 1e300 {
      let expected = Foundation.log(x)
      #expect(abs(ElementaryFunctions.ln(x) - expected) <= 1e-15 * max(abs(expected), 1))
      x *= 1.37
    }
    for step in -7_000...7_000 {
      let x = Double(step) * 0.1
      #expect(abs(ElementaryFunctions.exp(x) / Foundation.exp(x) - 1) < 1e-14)
    }
    for step in -999...2_000 {
      let x = Double(step) * 0.001
      let logarithm = x == 0 ? 1 : Foundation.log1p(x) / x
      let exponential = x == 0 ? 1 : Foundation.expm1(x) / x
      #expect(abs(ElementaryFunctions.lnOfOnePlusOverArgument(x) / logarithm - 1) < 1e-13)
      #expect(abs(ElementaryFunctions.expMinusOneOverArgument(x) / exponential - 1) < 1e-14)
    }
    #expect(ElementaryFunctions.exp(-1e9) == 0)
    #expect(ElementaryFunctions.exp(1e9) == .infinity)
  }
}
