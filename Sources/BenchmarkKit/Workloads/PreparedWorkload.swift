import InstructorStore

/// A workload bound to a catalog and a seed, with its type erased once per slice instead of once per
/// operation.
///
/// The closures are made where the concrete type is known, so the compiler specialises the whole loop for it:
/// an operation costs no allocation and no existential of the harness.
public struct PreparedWorkload: Sendable {
  public let name: String
  /// Of one that changes nothing, as far as is known; what is made without a ``WorkloadEntry`` may do anything.
  var onlyReads = false
  let needsPreparation: Bool
  let period: Int
  let isLongQuery: Bool
  let answersDependOnOrder: Bool
  let runSlice: @Sendable (SliceRequest, any StorageBackend) async -> SliceResult
  let runOpenLoop:
    @Sendable (OpenLoopRequest, any StorageBackend) async throws(BenchmarkFailure) -> OpenLoopResult
  let prepare: @Sendable (Range<Int>, any StorageBackend) async throws(StoreError) -> Void
  let restore: @Sendable (Range<Int>, any StorageBackend) async throws(StoreError) -> Void
  /// Executes one operation and returns what was asked and answered, as text: for the equivalence gate.
  let replay: @Sendable (Int, any StorageBackend) async -> ReplayedOperation
  /// The sum of the hashes of these operations, as a slice that executes them reports it.
  let traceHash: @Sendable (Range<Int>) -> UInt64
  let touch: @Sendable (Int) -> ReviewTouch?
  /// An operation that executes itself: what a mix is made of.
  let bound: @Sendable (Int) -> BoundOperation

  init(_ name: String, _ workload: some Workload) {
    self.name = name
    needsPreparation = workload.needsPreparation
    period = workload.period
    isLongQuery = workload.isLongQuery
    answersDependOnOrder = workload.answersDependOnOrder
    runSlice = { request, store in
      await ClosedLoop.run(workload, request, on: store, clock: SystemMonotonicClock())
    }
    runOpenLoop = { request, store throws(BenchmarkFailure) in
      try await OpenLoop.run(workload, request, on: store)
    }
    prepare = { slice, store throws(StoreError) in try await workload.prepare(slice, on: store) }
    restore = { slice, store throws(StoreError) in try await workload.restore(slice, on: store) }
    replay = { index, store in
      let operation = workload.operation(index)
      return await ReplayedOperation(operation.text) { () async throws(StoreError) in
        try await workload.execute(operation, on: store)
      }
    }
    touch = { workload.touch($0) }
    bound = { BoundOperation(workload.operation($0), of: workload) }
    traceHash = { slice in slice.reduce(0) { $0 &+ ClosedLoop.hash(of: workload.operation($1), index: $1) } }
  }
}
