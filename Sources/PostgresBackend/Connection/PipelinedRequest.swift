import DriverKit
import InstructorStore

/// One statement that may share a pipeline with others, and the place for its answer.
class PipelinedRequest: @unchecked Sendable {
  // Unchecked, because the answer is a variable: the thread that has the connection writes it, and the caller reads
  // it when the call is over. The pool orders the two.

  let statement: Statement

  init(_ statement: Statement) { self.statement = statement }

  func bind(_ parameters: ParameterBuffer) {}
  /// Called again with another answer where the request had to be run again.
  func receive(_ result: borrowing PostgresResult) throws(DecodingFailure) {}
}

private final class DecodedRead<Value: Sendable>: PipelinedRequest, @unchecked Sendable {
  typealias Bind = @Sendable (ParameterBuffer) -> Void
  typealias Decode = @Sendable (borrowing PostgresResult) throws(DecodingFailure) -> Value

  private let bind: Bind
  private let decode: Decode
  private(set) var value: Value?

  init(_ statement: Statement, bind: @escaping Bind, decode: @escaping Decode) {
    self.bind = bind
    self.decode = decode
    super.init(statement)
  }

  override func bind(_ parameters: ParameterBuffer) { bind(parameters) }

  override func receive(_ result: borrowing PostgresResult) throws(DecodingFailure) {
    value = try decode(result)
  }
}

/// The kinds of calls that share pipelines. A pipeline is all reads or all writes: a read must not wait behind a
/// write that waits for a lock.
enum PipelineClass {
  static let reads: UInt8 = 1
  static let writes: UInt8 = 2
  /// By themselves: in a group with creates, they would hold courses' primaries while the creates wait for others.
  static let deletes: UInt8 = 3
}

extension ConnectionPool where Driver == PostgresDriver {
  /// Runs one statement that reads, together with whatever reads wait beside it.
  ///
  /// For short reads, such as those by a key: the calls of a pipeline wait for each other. It sees what was committed
  /// when it starts, in a schema that has been looked at.
  /// - Parameters:
  ///   - bind: Appends the statement's parameters.
  ///   - decode: Makes the value on the thread that has the connection; the result doesn't outlive it.
  func read<Value: Sendable>(
    _ context: CallContext, _ statement: Statement,
    bind: @escaping @Sendable (ParameterBuffer) -> Void = { _ in },
    decode: @escaping @Sendable (borrowing PostgresResult) throws(DecodingFailure) -> Value
  ) async throws(StoreError) -> Value {
    let read = DecodedRead(statement, bind: bind, decode: decode)
    try await perform(
      PostgresConnection.Request(
        context, .read, try limits(for: context), request: read, batchClass: PipelineClass.reads))
    guard let value = read.value else { throw context.error(.internalError, "the server gave no answer") }
    return value
  }

  /// Runs a write in one transaction with whatever writes wait beside it, where none of them fails.
  func write(_ context: CallContext, _ write: GroupedWrite) async throws(StoreError) {
    try await perform(
      PostgresConnection.Request(
        context, .write, try limits(for: context), request: write, batchClass: write.batchClass,
        bytes: write.bytes))
  }
}
