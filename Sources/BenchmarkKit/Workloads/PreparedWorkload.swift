import InstructorStore

/// A workload bound to a catalog and a seed, with its type erased once per slice instead of once per
/// operation.
///
/// The closures are made where the concrete type is known, so the compiler specialises the whole loop for it:
/// an operation costs no allocation and no existential of the harness.
public struct PreparedWorkload: Sendable {
  public let name: String
  let needsPreparation: Bool
  let runSlice: @Sendable (SliceRequest, any InstructorRepository) async -> SliceResult
  let runOpenLoop:
    @Sendable (OpenLoopRequest, any InstructorRepository) async throws(BenchmarkFailure) -> OpenLoopResult
  let prepare: @Sendable (Range<Int>, any InstructorRepository) async throws(StoreError) -> Void
  let restore: @Sendable (Range<Int>, any InstructorRepository) async throws(StoreError) -> Void
  /// Executes one operation and returns what was asked and answered, as text: for the equivalence gate.
  let replay: @Sendable (Int, any InstructorRepository) async -> ReplayedOperation
  /// The sum of the hashes of these operations, as a slice that executes them reports it.
  let traceHash: @Sendable (Range<Int>) -> UInt64

  init(_ name: String, _ workload: some Workload) {
    self.name = name
    needsPreparation = type(of: workload).needsPreparation
    runSlice = { request, repository in
      await ClosedLoop.run(workload, request, on: repository, clock: SystemMonotonicClock())
    }
    runOpenLoop = { request, repository throws(BenchmarkFailure) in
      try await OpenLoop.run(workload, request, on: repository)
    }
    prepare = { slice, repository throws(StoreError) in try await workload.prepare(slice, on: repository) }
    restore = { slice, repository throws(StoreError) in try await workload.restore(slice, on: repository) }
    replay = { index, repository in
      let operation = workload.operation(index)
      return await ReplayedOperation(operation.text) { () async throws(StoreError) in
        try await workload.execute(operation, on: repository)
      }
    }
    traceHash = { slice in slice.reduce(0) { $0 &+ ClosedLoop.hash(of: workload.operation($1), index: $1) } }
  }
}
