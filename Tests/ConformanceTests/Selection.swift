import FoundationEssentials
import StoreConformance

/// What a developer wants to run of the list: `CONFORMANCE_BACKENDS=memory,postgres` and
/// `CONFORMANCE_CASES=reviews.,ratings.` (starts of names); everything where neither is set. `CONFORMANCE_REPETITIONS=50` runs
/// each case so often, for one that fails now and then.
enum Selection {
  static let backends: [BackendUnderTest] = {
    guard let names = words(of: "CONFORMANCE_BACKENDS") else { return BackendUnderTest.allCases }
    return BackendUnderTest.allCases.filter { names.contains($0.rawValue) }
  }()

  static let cases: [ConformanceCase] = {
    guard let starts = words(of: "CONFORMANCE_CASES") else { return StoreConformance.allCases }
    return StoreConformance.allCases.filter { one in starts.contains { one.name.hasPrefix($0) } }
  }()

  static let repetitions =
    ProcessInfo.processInfo.environment["CONFORMANCE_REPETITIONS"].flatMap { Int($0) } ?? 1

  private static func words(of variable: String) -> [String]? {
    ProcessInfo.processInfo.environment[variable].map { $0.split(separator: ",").map(String.init) }
  }
}
