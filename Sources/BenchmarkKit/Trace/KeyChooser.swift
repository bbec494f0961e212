import CatalogGenerator

/// How a workload chooses the records it touches.
public enum KeyDistribution: String, Sendable, Codable, CaseIterable {
  /// Every record is equally likely.
  case uniform
  /// Few records are very popular (Zipfian, exponent 0.99, as in YCSB). Popular courses are those with many
  /// learners; popular instructors are spread over the whole range, so that they don't share database pages.
  case zipfian
  /// The last records of the catalog are the popular ones (Zipfian from the end). Records that a run creates are not
  /// among them: which of those exist when an operation runs differs from run to run.
  case latest
  /// Four in five operations go to one fifth of the records, equally likely within each part (YCSB's hotspot). The hot
  /// courses are those with the most learners; hot instructors are anywhere.
  case hotspot
}

/// Chooses records by their number in the catalog.
enum KeyChooser: Sendable {
  case uniform(count: Int)
  case scrambled(ScrambledZipfianDistribution)
  case popularCourses(ZipfianDistribution, Catalog)
  case latest(ZipfianDistribution)
  case hotspot(Hotspot, KeyedPermutation)
  case hotCourses(Hotspot, Catalog)

  @inline(__always)
  func next(_ random: inout TraceRandom) -> Int {
    switch self {
    case .uniform(let count): random.below(count)
    case .scrambled(let distribution): distribution.key(random.next())
    case .popularCourses(let ranks, let catalog): catalog.course(ofPopularityRank: ranks.rank(random.next()))
    case .latest(let distances): distances.elements - 1 - distances.rank(random.next())
    case .hotspot(let ranks, let order): Int(order.image(of: UInt64(ranks.next(&random))))
    case .hotCourses(let ranks, let catalog): catalog.course(ofPopularityRank: ranks.next(&random))
    }
  }
}

/// Ranks of which the first fifth gets four in five draws.
struct Hotspot: Sendable {
  private let count: Int
  private let hot: Int

  init(count: Int) {
    self.count = count
    hot = max(1, count / 5)
  }

  @inline(__always)
  func next(_ random: inout TraceRandom) -> Int {
    // One record is hot and cold.
    random.below(5) < 4 || hot == count ? random.below(hot) : hot + random.below(count - hot)
  }
}

extension BenchmarkCatalog {
  func instructorKeys(_ keys: KeyDistribution, seed: UInt64) -> KeyChooser {
    // The distributions refuse sizes that the catalog has refused already.
    let uniform = KeyChooser.uniform(count: instructors)
    switch keys {
    case .uniform: return uniform
    case .zipfian:
      return (try? ScrambledZipfianDistribution(elements: instructors, seed: seed)).map { .scrambled($0) }
        ?? uniform
    case .latest: return (try? ZipfianDistribution(elements: instructors)).map { .latest($0) } ?? uniform
    case .hotspot:
      return .hotspot(Hotspot(count: instructors), KeyedPermutation(count: UInt64(instructors), key: seed))
    }
  }

  func courseKeys(_ keys: KeyDistribution) -> KeyChooser {
    let uniform = KeyChooser.uniform(count: courses)
    let ranks = try? ZipfianDistribution(elements: courses)
    switch keys {
    case .uniform: return uniform
    case .zipfian: return ranks.map { .popularCourses($0, generated) } ?? uniform
    case .latest: return ranks.map { .latest($0) } ?? uniform
    case .hotspot: return .hotCourses(Hotspot(count: courses), generated)
    }
  }
}
