import FoundationEssentials
import StoreConformance

/// What a developer wants to run of the list: `CONFORMANCE_BACKENDS=memory,postgres` and
/// `CONFORMANCE_CASES=reviews.,ratings.` (starts of names). Everything where neither is set.
enum Selection {
  static let backends: [BackendUnderTest] = {
    guard let names = words(of: "CONFORMANCE_BACKENDS") else { return BackendUnderTest.allCases }
    return BackendUnderTest.allCases.filter { names.contains($0.rawValue) }
  }()

  static let cases: [ConformanceCase] = {
    guard let starts = words(of: "CONFORMANCE_CASES") else { return StoreConformance.allCases }
    return StoreConformance.allCases.filter { one in starts.contains { one.name.hasPrefix($0) } }
  }()

  private static func words(of variable: String) -> [String]? {
    ProcessInfo.processInfo.environment[variable].map { $0.split(separator: ",").map(String.init) }
  }
}
