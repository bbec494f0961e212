import InstructorStore

/// An operation together with the workload that executes it, both with their types erased.
///
/// A mix draws each operation from another workload. Three closures an operation cost some hundred nanoseconds; a single
/// workload never pays them (see ``PreparedWorkload``).
struct BoundOperation: TraceOperation {
  private let addition: @Sendable (inout TraceDigest) -> Void
  private let description: @Sendable () -> String
  private let call: @Sendable (any StorageBackend) async throws(StoreError) -> any CanonicalAnswer

  init<W: Workload>(_ operation: W.Operation, of workload: W) {
    addition = { operation.add(to: &$0) }
    description = { operation.text }
    call = { store async throws(StoreError) in try await workload.execute(operation, on: store) }
  }

  func add(to digest: inout TraceDigest) { addition(&digest) }
  var text: String { description() }
  func execute(on store: any StorageBackend) async throws(StoreError) -> ErasedAnswer {
    ErasedAnswer(try await call(store))
  }
}

/// An answer of any kind.
struct ErasedAnswer: CanonicalAnswer {
  private let answer: any CanonicalAnswer
  init(_ answer: any CanonicalAnswer) { self.answer = answer }
  var canonicalText: String { answer.canonicalText }
  func add(to digest: inout TraceDigest) { answer.add(to: &digest) }
}
