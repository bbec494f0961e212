public import InstructorStore

/// How a ``MongoStore`` connects and how long its calls may take.
public struct MongoOptions: Sendable {
  /// The database that holds the collections. `nil`: the one in the URL's path, or `instructors`.
  public var database: String?
  /// The most connections, each with its own driver thread: 1 to 1,000.
  public var connections: Int
  /// The most calls that wait for a connection; one more is `poolExhausted`.
  public var waitingCallsLimit: Int
  /// The deadline of a call, unless `withStoreTimeout` sets another.
  public var timeout: Duration
  /// How long a call may wait for a connection, if that is less than its deadline.
  public var acquireTimeout: Duration
  /// How long one attempt to connect may take; also how soon ``MongoStore/open(_:options:)`` gives up.
  public var connectTimeout: Duration
  /// Whether every write is acknowledged by a majority of the replica set, each with its journal on disk, as the
  /// contract promises, whatever the URL asks for. `false` lets the URL's `w` and `journal` through for the writes of
  /// data: faster, and a crash can lose acknowledged writes. For measurements of that.
  public var isDurable: Bool
  /// Whether calls that wait at the same time may share an exchange with the server.
  /// Then `get`, `primary`, `team` and `create` do, one command for as many as wait; a call that comes alone is sent as
  /// it would be without.
  public var dispatch: DispatchMode

  public init(
    database: String? = nil, connections: Int = 8, waitingCallsLimit: Int = 10_000,
    timeout: Duration = .seconds(5),
    acquireTimeout: Duration = .seconds(5), connectTimeout: Duration = .seconds(5),
    isDurable: Bool = true, dispatch: DispatchMode = .batched
  ) {
    self.database = database
    self.connections = connections
    self.waitingCallsLimit = waitingCallsLimit
    self.timeout = timeout
    self.acquireTimeout = acquireTimeout
    self.connectTimeout = connectTimeout
    self.isDurable = isDurable
    self.dispatch = dispatch
  }
}

extension MongoOptions {
  /// Throws `invalidArgument` for a value that no store could work with.
  func validate(_ call: CallContext) throws(StoreError) {
    guard (1...1_000).contains(connections) else { throw call.invalid("connections must be from 1 to 1000") }
    guard waitingCallsLimit >= 0 else { throw call.invalid("waitingCallsLimit must not be negative") }
    guard timeout > .zero else { throw call.invalid("timeout must be more than zero") }
    guard acquireTimeout > .zero else { throw call.invalid("acquireTimeout must be more than zero") }
    guard connectTimeout > .zero else { throw call.invalid("connectTimeout must be more than zero") }
    if let database { try Self.validate(database: database, call) }
  }

  /// MongoDB's own rules for database names (Manual, "Naming Restrictions"), without the names it keeps for itself.
  static func validate(database: String, _ call: CallContext) throws(StoreError) {
    let forbidden = "/\\. \"$*<>:|?\0".utf8
    guard (1...63).contains(database.utf8.count), !database.utf8.contains(where: { forbidden.contains($0) })
    else {
      throw call.invalid(
        "the database's name must have 1 to 63 bytes and none of / \\ . \" $ * < > : | ? or space")
    }
    guard !["admin", "local", "config"].contains(database) else {
      throw call.invalid("the server keeps the databases admin, local and config for itself")
    }
  }
}
