import DriverKit
import InstructorStore
import Testing

@testable import MongoBackend

struct ServerCodeTests {
  private static let call = CallContext(backend: "mongo", operation: "test")

  /// The server's code, what the caller gets, and the outcome of a write.
  private static let table: [(Int32, StoreError.Code, StoreError.Outcome)] = [
    (11_000, .conflict, .notApplied),
    (50, .timeout(.response), .unknown), (262, .timeout(.response), .unknown),
    (24, .timeout(.lock), .notApplied),
    (112, .contended, .notApplied), (251, .contended, .notApplied), (246, .contended, .notApplied),
    (18, .authenticationFailed, .notApplied), (13, .authenticationFailed, .notApplied),
    (10_107, .unreachable, .notApplied), (13_435, .unreachable, .notApplied), (189, .unreachable, .unknown),
    (11_602, .unreachable, .unknown), (91, .unreachable, .unknown), (11_600, .unreachable, .unknown),
    (14_031, .resourceExhausted, .notApplied), (10_334, .resourceExhausted, .notApplied),
    (64, .timeout(.response), .unknown), (26, .schemaMismatch, .notApplied),
    (121, .internalError, .notApplied),
    (20, .schemaMismatch, .notApplied), (2, .internalError, .notApplied), (999_999, .internalError, .unknown),
  ]

  @Test(arguments: table)
  func commandThatFailed(code: Int32, expected: StoreError.Code, outcome: StoreError.Outcome) {
    var failure = CommandFailure(.server, wasSent: true, message: "secret value")
    failure.code = code
    let error = failure.storeError(Self.call, .write, entityID: 7)
    #expect(error.code == expected)
    #expect(error.outcome == outcome)
    #expect(error.entityID == 7)
    #expect(!error.description.contains("secret"))
    #expect(failure.storeError(Self.call, .read).outcome == .notApplied)
  }

  @Test("A write that is done but not acknowledged is never called not applied", arguments: table)
  func writeConcernError(code: Int32, expected: StoreError.Code, _: StoreError.Outcome) {
    var failure = CommandFailure(.unacknowledged, wasSent: true)
    failure.code = code
    #expect(failure.storeError(Self.call, .write).outcome == .unknown)
  }

  @Test func connectionThatBroke() {
    #expect(CommandFailure(.lost, wasSent: true).storeError(Self.call, .write).outcome == .unknown)
    #expect(CommandFailure(.lost, wasSent: false).storeError(Self.call, .write).outcome == .notApplied)
    #expect(CommandFailure(.lost, wasSent: true).storeError(Self.call, .read).outcome == .notApplied)
    #expect(CommandFailure(.silent, wasSent: true).storeError(Self.call, .write).code == .timeout(.response))
  }

  @Test func indexesAreNamedAfterTheConstraints() {
    #expect("\(IndexDefinition.primaryOfCourse)" == Constraint.primaryOfCourse.rawValue)
    #expect(EntityKind.allCases.map { "\($0.documentID)" } == EntityKind.allCases.map(\.rawValue))
  }
}
