import InstructorStore
import StoreConformance

/// The backends that the contract is run against. To add one, add a case and a line to ``makeTarget()``.
enum BackendUnderTest: String, CaseIterable, CustomStringConvertible, Sendable {
  case memory
  case postgres
  case postgresBatched
  case mongo

  /// Starts what the backend needs; called once per run of the tests.
  func makeTarget() async throws -> any ConformanceTarget {
    switch self {
    case .memory: InMemoryTarget()
    case .postgres: try await PostgresTarget.start(dispatch: .direct)
    case .postgresBatched: try await PostgresTarget.start(dispatch: .batched)
    case .mongo: try await MongoTarget.start(dispatch: .direct)
    }
  }

  var description: String { rawValue }
}
