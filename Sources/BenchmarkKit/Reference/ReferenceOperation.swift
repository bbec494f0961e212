/// What both sides of a comparison do, one after the other, as fast as they can.
public enum ReferenceOperation: String, Sendable, CaseIterable {
  case get
  case team
  /// Create one instructor without courses.
  case create
  /// Create one instructor with two courses.
  case createWithCourses = "create-with-courses"
  case update
  /// Delete one instructor with two courses.
  case delete
  /// Create one review of any course by any reviewer of the catalog, all equally likely: the course's rating and the
  /// reviewer's count change with it.
  case reviewCreate = "review-create"
  /// Load the whole catalog into an empty place.
  case load

  /// Whether it leaves records behind that are not of the catalog, or none of those that were made for it.
  var leavesRecords: Bool {
    switch self {
    case .create, .createWithCourses, .delete, .reviewCreate: true
    case .get, .team, .update, .load: false
    }
  }

  /// Whether it changes what the catalog's place holds; a load has a place of its own.
  var changesRecords: Bool {
    switch self {
    case .create, .createWithCourses, .update, .delete, .reviewCreate: true
    case .get, .team, .load: false
    }
  }

  /// Whether the records it works on are made before; so it has a number of operations instead of a time.
  public var needsRecords: Bool { self == .delete }
}

/// How much of an operation is to be done.
public enum ReferenceAmount: Sendable {
  case seconds(Double)
  case operations(Int)
}

/// One way in which another client does an operation.
public struct ReferenceProgram: Sendable, Hashable {
  public enum Client: String, Sendable {
    case pgbench = "pgbench -M prepared"
    /// `batch` of the statement between `\startpipeline` and `\endpipeline`.
    case pgbenchPipelined = "pgbench, pipelined"
    case libpq = "C loop over libpq"
    case libmongoc = "C loop over libmongoc"
    /// `batch` documents per `insert_many`.
    case libmongocMany = "C insert_many"
    case psql = "psql \\copy binary"
  }

  public var client: Client
  /// Connections, each with a thread or a session of its own and one exchange under way.
  public var clients: Int
  /// Operations in one exchange.
  public var batch = 1

  public init(_ client: Client, clients: Int, batch: Int = 1) {
    self.client = client
    self.clients = clients
    self.batch = batch
  }

  public var text: String {
    let many = batch > 1 ? " × \(batch)" : ""
    return "\(client.rawValue), \(clients)\(many)"
  }
}

/// The other side of a comparison on one server: plain clients that do the same work on the same data.
///
/// It works in the place that the library's store is in. Every method checks what it got and throws ``BenchmarkFailure``
/// where an operation failed or found nothing.
public protocol ReferenceSide: Sendable {
  /// Operations a second.
  ///
  /// - Parameter segment: Another one for each call: records made by two calls must not have the same ids.
  func run(
    _ operation: ReferenceOperation, with program: ReferenceProgram, _ amount: ReferenceAmount, segment: Int
  ) async throws -> Double

  /// Removes every record of this kind that is not of the catalog, in bulk, and puts the place in order: where they are
  /// reviews, with what they added to ratings and reviewers.
  func reset(after operation: ReferenceOperation) async throws

  /// Writes the instructors that are loaded to a file, for ``load(with:into:)``.
  func dump() async throws

  /// Loads what was dumped into another place, which is empty, with the same indexes; the seconds that took.
  func load(with program: ReferenceProgram, into schema: String) async throws -> Double

  /// Removes the dump.
  func removeDump() async
}
