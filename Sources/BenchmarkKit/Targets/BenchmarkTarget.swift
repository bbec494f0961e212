public import InstructorStore

/// What is in the place that a benchmark wants to use.
public enum TargetState: Sendable, Equatable {
  /// Nothing is there: it can be made.
  case absent
  /// `dbbench` made it, in this run or one that was kept or killed: it may be emptied and removed.
  case ownedByDbbench
  /// Somebody else's objects are there. The text names some of them.
  case foreign(String)
}

/// How a target opens its store.
public struct TargetOptions: Sendable {
  public var connections: Int
  public var dispatch: DispatchMode
  /// The deadline of a call.
  public var timeout: Duration
  /// Of the session (PostgreSQL) or the connection URL (MongoDB), on top of the server's own.
  public var settings: [String: String]
  /// Whether a write that was acknowledged survives a crash, where the profile says so. Off for work that nobody times and that
  /// only has to be done.
  public var isDurable = true

  public init(
    connections: Int = 8, dispatch: DispatchMode = .direct, timeout: Duration = .seconds(5),
    settings: [String: String] = [:]
  ) {
    self.connections = connections
    self.dispatch = dispatch
    self.timeout = timeout
    self.settings = settings
  }
}

extension TargetOptions {
  /// So many writers more than a loop has that most of what was written is undone in less time than it took.
  package static let untimedConnections = 16

  /// For the work around timed slices: preparing and undoing.
  package static let untimed = {
    var options = TargetOptions(connections: untimedConnections, dispatch: .batched)
    options.isDurable = false
    return options
  }()
}

/// The sole use of a place.
public protocol PlaceHold: Sendable {
  /// Lets others have it. Called after ``BenchmarkTarget/remove()``, if that is called.
  func release() async
}

/// One place on one DBMS that a benchmark may use: a schema (PostgreSQL) or a database (MongoDB), and the
/// maintenance that the storage interface doesn't offer.
///
/// **Ownership.** A target marks what it makes (a marker table or collection) and touches nothing without the
/// mark: ``prepare()`` and ``remove()`` throw rather than change a place that ``inspect()`` calls foreign.
///
/// **Order of calls.** `inspect`, `acquire`, `prepare`, `open`, then on the store `migrate` and `bulkLoad`, then
/// `settle`, `environment` at any time after `prepare`, and `remove` after the store was closed. Each call
/// makes a connection of its own with a deadline; none is timed. Errors are ``StoreError`` or
/// ``BenchmarkFailure``.
public protocol BenchmarkTarget: Sendable {
  /// For example `postgres`; the same as the store's ``StorageBackend/name``.
  var name: String { get }
  /// For tables, for example `PostgreSQL`.
  var displayName: String { get }
  /// The server's host and port without any credentials, for messages; `nil` where there is none.
  var address: String? { get }

  func inspect() async throws -> TargetState

  /// Keeps everybody else who asks for it away from the place until what it returns is released; `nil` where nobody else
  /// can get there.
  ///
  /// - Throws: ``BenchmarkFailure`` with ``ExitStatus/unavailable`` where somebody has it: see ``inUse(_:)``.
  func acquire() async throws -> (any PlaceHold)?

  /// Whether a load was interrupted here that can be gone on with; see `BulkLoad.resumeKey`. Then neither ``prepare()`` nor
  /// `migrate` is called.
  func hasInterruptedLoad() async throws -> Bool

  /// Makes the place empty and marks it as `dbbench`'s own. What an earlier run left there is removed first.
  func prepare() async throws

  /// A store on the place. May be called several times, also at once.
  func open(_ options: TargetOptions) async throws(StoreError) -> any StorageBackend

  /// Brings a freshly loaded place into the state of one that has been there for a while (statistics
  /// gathered, vacuumed, checkpointed), so that this work is not done during the measurement.
  func settle() async throws

  /// Does what the server has put off: writes all data out, and clears away what was deleted.
  func catchUp() async throws

  /// Versions and settings, read back from the server: what makes two results comparable. Those of ``Durability`` are
  /// among them.
  func environment() async throws -> [String: String]

  /// The settings that decide what becomes of an acknowledged write, read back from the server as a store of this target
  /// has them; empty where there is no server. May be called before ``prepare()``.
  func durability() async throws -> [DurabilitySetting]

  /// A store on the place whose statements can be explained; `nil` where it has none.
  func explainer(_ options: TargetOptions) async throws -> (any OperationExplainer)?

  /// What the server has counted so far, what stores that are closed by now did included; `nil` where it counts nothing.
  func counters() async throws -> ServerCounters?

  /// How much of what was logged between two readings of ``counters()`` is whole pages; `nil` where the log has none or the
  /// server doesn't say.
  func pageImageBytes(from before: ServerCounters, to after: ServerCounters) async throws -> PageImageBytes?

  /// What the server has written so far by its own count, log and data, compressed where it compresses; `nil` where it
  /// doesn't count that. Stores may be open.
  func writtenBytes() async throws -> Int?

  /// How many connections of stores are open on the server; `nil` where there are none or it can't be seen. Those of other
  /// programs that use the same library in the same place count too.
  func openConnections() async throws -> Int?

  /// Every table or collection of the place; empty where nothing is on a disk.
  ///
  /// - Parameter countingRows: May take as long as reading everything.
  func sizes(countingRows: Bool) async throws -> [StorageSize]

  /// What a reader has to know about how the server and a store on it work, read back as far as that can be asked for.
  func fairness(_ options: TargetOptions) async throws -> [FairnessSwitch: FairnessValue]

  /// How a long query is timed after the comparison, beside how the arm runs it; the first is that. Empty where there is
  /// nothing to show.
  var queryAlternatives: [QueryAlternative] { get }

  /// Removes what ``prepare()`` made and all that is in it. Does nothing where there is nothing.
  func remove() async throws
}

extension BenchmarkTarget {
  public var address: String? { nil }

  public func acquire() async throws -> (any PlaceHold)? { nil }

  public func hasInterruptedLoad() async throws -> Bool { false }

  public func catchUp() async throws { try await settle() }

  public func durability() async throws -> [DurabilitySetting] { [] }

  public func explainer(_ options: TargetOptions) async throws -> (any OperationExplainer)? { nil }

  public func counters() async throws -> ServerCounters? { nil }

  public func pageImageBytes(from before: ServerCounters, to after: ServerCounters) async throws
    -> PageImageBytes?
  { nil }

  public func writtenBytes() async throws -> Int? { nil }

  public func openConnections() async throws -> Int? { nil }

  public func sizes(countingRows: Bool) async throws -> [StorageSize] { [] }

  public func fairness(_ options: TargetOptions) async throws -> [FairnessSwitch: FairnessValue] { [:] }

  public var queryAlternatives: [QueryAlternative] { [] }

  /// What ``acquire()`` throws.
  public func inUse(_ schema: String) -> BenchmarkFailure {
    BenchmarkFailure(
      .unavailable, "another dbbench is using '\(schema)' on \(place)",
      advice: "Wait for it (half a minute if it was killed), or name another place with --schema.")
  }

  /// For example `PostgreSQL at db1:5432`.
  var place: String { address.map { "\(displayName) at \($0)" } ?? displayName }
}
