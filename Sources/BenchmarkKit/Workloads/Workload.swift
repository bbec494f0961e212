public import InstructorStore

/// One kind of work that is timed.
///
/// A workload is a pure function from an index to an operation (its *trace*) and knows how to execute one. It
/// never draws from a shared generator, so all backends and any number of tasks get the same operations. The
/// runner times ``execute(_:on:)`` alone.
///
/// To add one: a file with a conforming struct, and one line in ``WorkloadRegistry``.
public protocol Workload: Sendable {
  associatedtype Operation: TraceOperation
  associatedtype Answer: CanonicalAnswer

  /// Operation number `index` (0 up to 2⁴⁰) of the trace. Not timed as part of the response, yet it is part
  /// of the closed loop: keep it below a microsecond where that is possible.
  func operation(_ index: Int) -> Operation

  /// Makes the repository call that is timed and returns its answer, which the equivalence gate compares.
  func execute(_ operation: Operation, on store: any StorageBackend) async throws(StoreError) -> Answer

  /// Whether ``prepare(_:on:)`` has to run before a slice of the trace can be executed.
  var needsPreparation: Bool { get }

  /// Brings about what the operations of `slice` rely on; not timed.
  func prepare(_ slice: Range<Int>, on store: any StorageBackend) async throws(StoreError)

  /// Undoes what the operations of `slice` did; not timed. Some of them may not have run or may have failed.
  func restore(_ slice: Range<Int>, on store: any StorageBackend) async throws(StoreError)

  /// What is prepared and restored for a slice reaches to the next multiples of this.
  var period: Int { get }

  /// Whether an operation, which must be a read, takes a server so long that it may use several processors for it, or
  /// compile it.
  var isLongQuery: Bool { get }

  /// Whether an answer depends on which other operations came before it. Where several callers share the work, the order
  /// is another each time: such answers are compared by the equivalence gate alone, which makes one call after the other.
  var answersDependOnOrder: Bool { get }

  /// The course and the reviewer whose counts operation number `index` changes, if it writes a review: what is counted
  /// again afterwards.
  func touch(_ index: Int) -> ReviewTouch?
}

/// A review's course and reviewer: the two whose counts change with it.
public struct ReviewTouch: Sendable, Hashable {
  public var course: CourseID
  public var reviewer: ReviewerID
}

extension Workload {
  public var needsPreparation: Bool { false }
  public func prepare(_ slice: Range<Int>, on store: any StorageBackend) async throws(StoreError) {}
  public func restore(_ slice: Range<Int>, on store: any StorageBackend) async throws(StoreError) {}
  public var period: Int { 1 }
  public var isLongQuery: Bool { false }
  public var answersDependOnOrder: Bool { false }
  public func touch(_ index: Int) -> ReviewTouch? { nil }
}

/// What an operation asks for, in a form that can be hashed into the result's `traceHash`.
public protocol TraceOperation: Sendable {
  /// Adds every argument of the call.
  func add(to digest: inout TraceDigest)
  /// The call with its arguments, for the message about a mismatch.
  var text: String { get }
}

/// What a workload is made from: all backends of a run get the same.
public struct WorkloadContext: Sendable {
  public var catalog: BenchmarkCatalog
  public var keys: KeyDistribution
  public var seed: UInt64

  public init(catalog: BenchmarkCatalog, keys: KeyDistribution, seed: UInt64) {
    self.catalog = catalog
    self.keys = keys
    self.seed = seed
  }

  var instructorKeys: KeyChooser { catalog.instructorKeys(keys, seed: seed) }
  var courseKeys: KeyChooser { catalog.courseKeys(keys) }
  var reviewKeys: ReviewChooser { catalog.reviewKeys(keys) }

  func random(_ stream: UInt64, _ index: Int) -> TraceRandom {
    TraceRandom(seed: seed, stream: stream, index: index)
  }
}
