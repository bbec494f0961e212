import DriverKit
import InstructorStore

/// A short read by one key. Where several of one kind wait, one statement answers them all: the server looks at the
/// statement, its plan and its columns once, and sends rows instead of answers.
///
/// Made once, as a static constant.
struct Lookup<Value: Sendable>: Sendable {
  /// Makes the value from the rows of its key, of which there may be none; the result doesn't outlive it.
  typealias Decode =
    @Sendable (_ result: borrowing PostgresResult, _ rows: Range<Int>, _ key: Int64) throws(DecodingFailure)
    -> Value

  /// `$1`: the key.
  let one: Statement
  /// `$1`: the keys, each once. The rows of a key stand together, in the order that `one` has them; with a ``rowLimit`` the
  /// keys ascend.
  let many: Statement
  /// The column of `many` that has the key.
  let keyColumn: Int
  /// How many rows `many` returns at the most for so many keys, its `$2`; with that many the answer may be cut short, and what
  /// it lacks is asked for again. `nil` where a key has one row or none.
  var rowLimit: RowLimit?
  let decode: Decode
}

/// Rows for one key, and for each further one.
struct RowLimit: Sendable {
  /// As many as `one` of the ``Lookup`` returns at the most.
  var one: Int
  var further: Int
}

/// One ``Lookup`` that waits, and the place for its answer.
///
/// Of no type of value, so that the lookups of a batch can be dealt with alike.
class LookupRequest: PipelinedRequest, @unchecked Sendable {
  // Unchecked as its superclass is, whose proof holds here: what this adds never changes.

  let key: Int64
  let many: Statement
  let keyColumn: Int
  let rowLimit: RowLimit?

  init(
    _ key: Int64, one: Statement, many: Statement, keyColumn: Int, rowLimit: RowLimit?
  ) {
    self.key = key
    self.many = many
    self.keyColumn = keyColumn
    self.rowLimit = rowLimit
    super.init(one)
  }

  final override func bind(_ parameters: ParameterBuffer) { parameters.append(key) }

  final override func receive(_ result: borrowing PostgresResult) throws(DecodingFailure) {
    try receive(result, 0..<result.rowCount)
  }

  /// Called again with other rows where the request had to be run again.
  func receive(_ result: borrowing PostgresResult, _ rows: Range<Int>) throws(DecodingFailure) {}
}

private final class DecodedLookup<Value: Sendable>: LookupRequest, @unchecked Sendable {
  // Unchecked, because of `value`: the thread that has the connection writes it, and the caller reads it when the call is
  // over. The pool orders the two.

  private let decode: Lookup<Value>.Decode
  private(set) var value: Value?

  init(_ lookup: Lookup<Value>, _ key: Int64) {
    decode = lookup.decode
    super.init(
      key, one: lookup.one, many: lookup.many, keyColumn: lookup.keyColumn, rowLimit: lookup.rowLimit)
  }

  override func receive(_ result: borrowing PostgresResult, _ rows: Range<Int>) throws(DecodingFailure) {
    value = try decode(result, rows, key)
  }
}

extension ConnectionPool where Driver == PostgresDriver {
  /// Looks something up by a key, together with whatever reads wait beside it.
  ///
  /// It sees what was committed when it starts, in a schema that has been looked at.
  func read<Value: Sendable>(
    _ context: CallContext, _ lookup: Lookup<Value>, _ key: Int64
  ) async throws(StoreError) -> Value {
    let read = DecodedLookup(lookup, key)
    try await perform(
      PostgresConnection.Request(
        context, .read, try limits(for: context), request: read, batchClass: PipelineClass.reads))
    guard let value = read.value else { throw context.error(.internalError, "the server gave no answer") }
    return value
  }
}

extension PostgresConnection {
  /// The same on a connection that has been leased.
  func find<Value>(_ call: Call, _ lookup: Lookup<Value>, _ key: Int64) throws(StoreError) -> Value {
    try query(call, lookup.one, effect: .read) { parameters in
      parameters.append(key)
    } decode: { (result: borrowing PostgresResult) throws(DecodingFailure) in
      try lookup.decode(result, 0..<result.rowCount, key)
    }
  }
}

/// Lookups of one kind that are answered by one statement.
struct LookupGroup {
  let statement: Statement
  private let lookups: [LookupRequest]
  private let keyed: KeyedCalls
  private let keyColumn: Int
  private let limitOfOne: Int
  private let rowLimit: Int?

  /// - Parameter first: One of them.
  init(_ lookups: [LookupRequest], like first: LookupRequest) {
    self.lookups = lookups
    keyed = KeyedCalls(count: lookups.count) { lookups[$0].key }
    statement = first.many
    keyColumn = first.keyColumn
    limitOfOne = first.rowLimit?.one ?? 1
    rowLimit = first.rowLimit.map { [keyed] in $0.one + (keyed.keys.count - 1) * $0.further }
  }

  func bind(_ parameters: ParameterBuffer) {
    parameters.append(keyed.keys)
    if let rowLimit { parameters.append(Int64(rowLimit)) }
  }

  /// Deals the rows out to those who asked for them.
  ///
  /// Throws where the answer is not of the form this store writes; by itself each lookup then finds out whether that is its
  /// own.
  /// - Returns: The numbers of the lookups whose rows were cut off: never all of them.
  func receive(_ result: borrowing PostgresResult) throws(DecodingFailure) -> [Int] {
    var isFound = [Bool](repeating: false, count: keyed.keys.count)
    let count = result.rowCount
    let isCut = rowLimit.map { count >= $0 } ?? false
    // Of a cut answer: rows of keys above it are missing, and perhaps of its own.
    var lastKey: Int64?
    var row = 0
    while row < count {
      let key = try result.integer(row, keyColumn)
      var end = row + 1
      while end < count, try result.integer(end, keyColumn) == key { end += 1 }
      if isCut, end == count {
        lastKey = key
        // With fewer rows than it may get by itself it may be incomplete.
        if end - row < limitOfOne { break }
      }
      guard let place = keyed.place(of: key), !isFound[place] else { throw DecodingFailure() }
      isFound[place] = true
      for number in keyed.calls(at: place) { try lookups[number].receive(result, row..<end) }
      row = end
    }
    var left: [Int] = []
    for place in isFound.indices where !isFound[place] {
      if let lastKey, keyed.keys[place] >= lastKey {
        left += keyed.calls(at: place)
      } else {
        for number in keyed.calls(at: place) { try lookups[number].receive(result, 0..<0) }
      }
    }
    return left
  }
}
