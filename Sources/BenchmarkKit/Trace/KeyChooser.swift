import CatalogGenerator

/// How a workload chooses the records it touches.
public enum KeyDistribution: String, Sendable, CaseIterable {
  /// Every record is equally likely.
  case uniform
  /// Few records are very popular (Zipfian, exponent 0.99, as in YCSB). Popular courses are those with many
  /// learners; popular instructors are spread over the whole range, so that they don't share database pages.
  case zipfian
}

/// Chooses records by their number in the catalog.
enum KeyChooser: Sendable {
  case uniform(count: Int)
  case scrambled(ScrambledZipfianDistribution)
  case popularCourses(ZipfianDistribution, Catalog)

  @inline(__always)
  func next(_ random: inout TraceRandom) -> Int {
    switch self {
    case .uniform(let count): random.below(count)
    case .scrambled(let distribution): distribution.key(random.next())
    case .popularCourses(let ranks, let catalog): catalog.course(ofPopularityRank: ranks.rank(random.next()))
    }
  }
}

extension BenchmarkCatalog {
  func instructorKeys(_ keys: KeyDistribution, seed: UInt64) -> KeyChooser {
    // The distribution refuses sizes that the catalog has refused already.
    guard keys == .zipfian,
      let distribution = try? ScrambledZipfianDistribution(elements: instructors, seed: seed)
    else { return .uniform(count: instructors) }
    return .scrambled(distribution)
  }

  func courseKeys(_ keys: KeyDistribution) -> KeyChooser {
    guard keys == .zipfian, let distribution = try? ZipfianDistribution(elements: courses) else {
      return .uniform(count: courses)
    }
    return .popularCourses(distribution, generated)
  }
}
