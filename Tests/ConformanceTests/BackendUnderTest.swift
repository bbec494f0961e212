import InstructorStore
import PostgresBackend
import StoreConformance

/// The backends that the contract is run against. To add one, add a case and a line to ``makeTarget()``.
enum BackendUnderTest: String, CaseIterable, CustomStringConvertible, Sendable {
  case memory
  case postgres
  case postgresBatched
  /// Batched, with the cases' tasks on the store's own executor.
  case postgresInline
  /// Instructors as documents.
  case postgresJSONB
  case postgresJSONBBatched
  case mongo
  case mongoBatched
  case mongoInline

  /// Starts what the backend needs; called once per run of the tests.
  func makeTarget() async throws -> any ConformanceTarget {
    switch self {
    case .memory: InMemoryTarget()
    case .postgres: try await PostgresTarget.start(dispatch: .direct)
    case .postgresBatched, .postgresInline: try await PostgresTarget.start(dispatch: .batched)
    case .postgresJSONB: try await PostgresTarget.start(dispatch: .direct, dataModel: .document)
    case .postgresJSONBBatched: try await PostgresTarget.start(dispatch: .batched, dataModel: .document)
    case .mongo: try await MongoTarget.start(dispatch: .direct)
    case .mongoBatched, .mongoInline: try await MongoTarget.start(dispatch: .batched)
    }
  }

  /// Whether the cases run where the store's executor is preferred.
  var prefersExecutor: Bool { self == .postgresInline || self == .mongoInline }

  var description: String { rawValue }
}
