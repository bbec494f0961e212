import InstructorStore

/// Explains some operations of a workload on one arm; what they write is undone.
struct ExplanationRun: Sendable {
  /// Looked at; enough to meet every form of a workload's statements.
  private static let operations = 6
  /// Of operations that take long fewer do, and so for the warm-up.
  private static let longest = Duration.seconds(15)
  /// Executed before, so that a session has made up its mind about its plans: it tries five with their parameters first.
  private static let warmUpOperations = 24
  private static let leastWarmUpOperations = 6
  private static let warmUpTime = Duration.milliseconds(500)
  /// Nothing timed gets there, nor to what is behind it.
  private static let first = IdentifierSpace.operationsPerWorkload / 4 * 3

  let workload: PreparedWorkload
  let explainer: any OperationExplainer
  let name: String

  func run() async throws -> WorkloadExplanation {
    try await warmUp()
    var operations: [[ExplainedStatement]] = []
    let end = ContinuousClock.now + Self.longest
    for number in 0..<Self.operations where number == 0 || ContinuousClock.now < end {
      let index = Self.first + Self.warmUpOperations + number
      operations.append(try await explain(index))
    }
    return WorkloadExplanation(operations)
  }

  private func warmUp() async throws {
    let slice = Self.first..<Self.first + Self.warmUpOperations
    try await untimed { () async throws(StoreError) in try await workload.prepare(slice, explainer.store) }
    let start = ContinuousClock.now
    for index in slice {
      let isLeast = index < slice.lowerBound + Self.leastWarmUpOperations
      if ContinuousClock.now - start < (isLeast ? Self.longest : Self.warmUpTime) { try await execute(index) }
    }
    try await untimed { () async throws(StoreError) in try await workload.restore(slice, explainer.store) }
  }

  /// The explainer may run the statements again, so the state before the operation is brought about twice.
  private func explain(_ index: Int) async throws -> [ExplainedStatement] {
    let slice = index..<index + 1
    try await untimed { () async throws(StoreError) in try await workload.prepare(slice, explainer.store) }
    try await Loader.naming("recording \(workload.name) on \(name)") { try await explainer.beginRecording() }
    try await execute(index)
    // What is restored and prepared must not be taken for the operation's own.
    let recorded = try await Loader.naming("explaining \(workload.name) on \(name)") {
      try await explainer.explainRecorded {
        try await untimed { () async throws(StoreError) in
          try await workload.restore(slice, explainer.store)
          try await workload.prepare(slice, explainer.store)
        }
      }
    }
    try await untimed { () async throws(StoreError) in try await workload.restore(slice, explainer.store) }
    return recorded
  }

  private func execute(_ index: Int) async throws {
    let replayed = await workload.replay(index, explainer.store)
    guard let failure = replayed.failure else { return }
    if failure.code == .cancelled { throw CancellationError() }
    throw BenchmarkFailure(failure, during: "explaining \(workload.name) on \(name)")
  }

  private func untimed(_ body: () async throws(StoreError) -> Void) async throws {
    do throws(StoreError) { try await body() } catch {
      if error.code == .cancelled { throw CancellationError() }
      throw BenchmarkFailure(error, during: "explaining \(workload.name) on \(name)")
    }
  }
}
