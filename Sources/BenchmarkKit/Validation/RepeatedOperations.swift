import InstructorStore

/// A workload that executes every *n*-th of its operations twice: a difference of known size, to find out whether
/// comparisons find it. Its trace and its hashes are those of the workload itself.
struct RepeatedOperations<Base: Workload>: Workload {
  struct Operation: TraceOperation {
    let base: Base.Operation
    let isRepeated: Bool

    func add(to digest: inout TraceDigest) { base.add(to: &digest) }
    var text: String { base.text }
  }

  var needsPreparation: Bool { base.needsPreparation }
  var period: Int { base.period }
  var answersDependOnOrder: Bool { base.answersDependOnOrder }
  private let base: Base
  private let every: Int

  /// - Parameter every: 10 repeats every tenth operation, 0 none.
  init(_ base: Base, every: Int) {
    self.base = base
    self.every = every
  }

  func operation(_ index: Int) -> Operation {
    Operation(base: base.operation(index), isRepeated: every > 0 && index % every == 0)
  }

  func execute(_ operation: Operation, on store: any StorageBackend) async throws(StoreError)
    -> Base.Answer
  {
    if operation.isRepeated { _ = try await base.execute(operation.base, on: store) }
    return try await base.execute(operation.base, on: store)
  }

  func prepare(_ slice: Range<Int>, on store: any StorageBackend) async throws(StoreError) {
    try await base.prepare(slice, on: store)
  }

  func touch(_ index: Int) -> ReviewTouch? { base.touch(index) }

  func restore(_ slice: Range<Int>, on store: any StorageBackend) async throws(StoreError) {
    try await base.restore(slice, on: store)
  }
}
