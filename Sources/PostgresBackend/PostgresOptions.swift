public import InstructorStore

/// How a ``PostgresStore`` behaves. The defaults suit a service.
public struct PostgresOptions: Sendable {
  /// The schema that holds the tables; `migrate()` creates it. At most 63 bytes.
  public var schema: String
  /// How instructors are kept. A schema is of the model that it was first migrated with; a store of the other is `schemaMismatch`.
  public var dataModel: PostgresDataModel
  /// The most connections; each has a thread of its own. At least 1.
  public var connections: Int
  /// The most calls that wait for a connection; one more is `poolExhausted`.
  public var waitingCallsLimit: Int
  /// How long a call may take, unless ``withStoreTimeout(_:isolation:_:)`` says otherwise.
  public var timeout: Duration
  /// How long a call may wait for a connection, where that is shorter than its timeout.
  public var acquireTimeout: Duration
  /// How long one attempt to connect may take.
  public var connectTimeout: Duration
  public var dispatch: DispatchMode
  /// Whether sessions turn `synchronous_commit` on where the server has it off. A benchmark of relaxed durability
  /// turns this off; a service should not.
  public var isDurable: Bool
  /// Takes down what is sent; for ``PostgresExplainer``.
  var recorder: StatementRecorder?

  public init(
    schema: String = "public", dataModel: PostgresDataModel = .relational, connections: Int = 8,
    waitingCallsLimit: Int = 10_000,
    timeout: Duration = .seconds(5), acquireTimeout: Duration = .seconds(5),
    connectTimeout: Duration = .seconds(5), dispatch: DispatchMode = .batched, isDurable: Bool = true
  ) {
    self.schema = schema
    self.dataModel = dataModel
    self.connections = connections
    self.waitingCallsLimit = waitingCallsLimit
    self.timeout = timeout
    self.acquireTimeout = acquireTimeout
    self.connectTimeout = connectTimeout
    self.dispatch = dispatch
    self.isDurable = isDurable
  }
}
