public import InstructorStore

/// Shows, before anything is timed, that two backends give the same answers to the same operations.
///
/// Three parts: sequences of calls of every kind on a small crowd of instructors (``ProbeSequence``) and of reviews
/// (``ReviewProbes``), and operations of each workload or mix that will be timed; of a mix a whole round, so that each of its parts is
/// met. Every answer is compared in full, errors by code and constraint. Those of a workload are the first of the trace that is
/// timed next; of the rest of it a comparison compares answers that the timed calls themselves got, as far as they don't
/// depend on the order of concurrent callers (docs/decisions).
public struct EquivalenceGate: Sendable {
  /// What was compared; the JSON object of `dbbench verify`.
  public struct Passed: Sendable, Encodable {
    public var operations: Int

    private enum CodingKeys: String, CodingKey { case operations = "equivalentOperations" }
  }

  public static let defaultProbeSteps = 400
  static let operationsPerWorkload = 40
  /// Of a query that takes long: it asks the same each time.
  static let operationsPerLongQuery = 4
  /// Of a mix whose weights add up to more, rare parts may not be met.
  static let mostOperationsPerWorkload = 1_000

  let catalog: BenchmarkCatalog
  let seed: UInt64
  let workloads: [PreparedWorkload]
  let probeSteps: Int

  public init(
    catalog: BenchmarkCatalog, seed: UInt64, workloads: [PreparedWorkload],
    probeSteps: Int = EquivalenceGate.defaultProbeSteps
  ) {
    self.catalog = catalog
    self.seed = seed
    self.workloads = workloads
    self.probeSteps = probeSteps
  }

  /// Nobody times it: a call may take as long as it needs on a large catalog.
  private static let timeout = Duration.seconds(60)

  /// Replays everything on both and compares; leaves both as they were.
  ///
  /// - Throws: ``BenchmarkFailure`` with ``ExitStatus/mismatch`` that shows the first operation with
  ///   different answers.
  public func check(_ left: any StorageBackend, _ right: any StorageBackend) async throws -> Passed {
    try await withStoreTimeout(Self.timeout) { try await replay(left, right) }
  }

  private func replay(_ left: any StorageBackend, _ right: any StorageBackend) async throws -> Passed {
    var compared = 0
    try await removeProbes(left)
    try await removeProbes(right)
    let sequence = ProbeSequence(catalog: catalog, seed: seed)
    var cursors = (left: ProbeCursors(), right: ProbeCursors())
    for index in 0..<probeSteps {
      let a = await sequence.step(index, on: left.instructors, &cursors.left)
      let b = await sequence.step(index, on: right.instructors, &cursors.right)
      try compare(a, left.name, b, right.name, "step \(index) of the equivalence probe")
      compared += 1
    }
    let reviews = ReviewProbes(catalog: catalog, seed: seed)
    var reviewCursors = (left: ReviewProbeCursors(), right: ReviewProbeCursors())
    for index in 0..<probeSteps {
      let a = await reviews.step(index, on: left, &reviewCursors.left)
      let b = await reviews.step(index, on: right, &reviewCursors.right)
      try compare(a, left.name, b, right.name, "step \(index) of the equivalence probe of reviews")
      compared += 1
    }
    for workload in workloads {
      let slice = Self.slice(of: workload)
      for backend in [left, right] {
        try await during("preparing \(workload.name)", backend) { () async throws(StoreError) in
          try await workload.prepare(slice, backend)
        }
      }
      for index in slice {
        let a = await workload.replay(index, left)
        let b = await workload.replay(index, right)
        try compare(
          a, left.name, b, right.name, "operation \(index) of workload \(workload.name)")
        compared += 1
      }
      for backend in [left, right] {
        try await during("restoring \(workload.name)", backend) { () async throws(StoreError) in
          try await workload.restore(slice, backend)
        }
      }
    }
    try await removeProbes(left)
    try await removeProbes(right)
    return Passed(operations: compared)
  }

  /// The first that will be timed. Both sides are as warm afterwards, and the warm-up touches far more.
  static func slice(of workload: PreparedWorkload) -> Range<Int> {
    let least = workload.isLongQuery ? operationsPerLongQuery : operationsPerWorkload
    return 0..<min(mostOperationsPerWorkload, max(least, workload.period))
  }

  private func removeProbes(_ backend: any StorageBackend) async throws {
    try await during("clearing the equivalence probe", backend) { () async throws(StoreError) in
      for found in try await backend.instructors.get(ProbeSequence.instructorIDs) {
        if let found { try await InverseWork.deleteIfPresent(found.id, on: backend.instructors) }
      }
      try await ReviewProbes.remove(from: backend)
    }
  }

  private func during(
    _ activity: String, _ backend: any StorageBackend, _ body: () async throws(StoreError) -> Void
  ) async throws {
    do throws(StoreError) {
      try await body()
    } catch {
      if error.code == .cancelled { throw CancellationError() }
      throw BenchmarkFailure(error, during: "\(activity) on \(backend.name)")
    }
  }

  private func compare(
    _ left: ReplayedOperation, _ leftName: String, _ right: ReplayedOperation, _ rightName: String,
    _ place: String
  ) throws {
    for (replayed, name) in [(left, leftName), (right, rightName)] {
      guard let failure = replayed.failure else { continue }
      if failure.code == .cancelled { throw CancellationError() }
      throw BenchmarkFailure(failure, during: "equivalence check on \(name)")
    }
    guard left != right else { return }
    let same = leftName == rightName
    let asked = left.operation == right.operation
    throw BenchmarkFailure(
      .mismatch,
      """
      the backends are not equivalent: different answers to \(place); nothing was timed.
        asked      \(asked ? left.operation : "\(left.operation) / \(right.operation)")
        \(Self.padded(same ? leftName + " 1" : leftName)) \(left.answer)
        \(Self.padded(same ? rightName + " 2" : rightName)) \(right.answer)
      """)
  }

  static func padded(_ name: String) -> String {
    name + String(repeating: " ", count: max(0, 10 - name.utf8.count))
  }
}
