import InstructorStore

/// One thing the library does, and the references it has to keep up with.
public struct ReferenceMeasure: Sendable {
  /// What a row of the table compares with, and how well the library has to do.
  public struct Reference: Sendable {
    /// The best of these counts.
    public var programs: [ReferenceProgram]
    /// The ratio that must be reached; `nil`: it is only shown.
    public var bar: Double?
    /// The ratio that is worth reaching.
    public var aim: Double?
  }

  public var name: String
  /// As ``BenchmarkTarget/name``.
  public var backend: String
  public var operation: ReferenceOperation
  /// How many calls are under way at a time.
  public var callers: Int
  public var options: TargetOptions
  public var references: [Reference]

  /// Whether the ratio is one of times, of which less is better; else of operations a second.
  public var isTime: Bool { operation == .load }
}

extension ReferenceMeasure {
  /// All of them, with the bars of docs/performance.md.
  public static let all: [ReferenceMeasure] = postgres + mongo

  /// The measures that `names` selects: by name, by backend, or by operation; all without any.
  public static func select(_ names: [String]) throws(BenchmarkFailure) -> [ReferenceMeasure] {
    guard !names.isEmpty, !names.contains("all") else { return all }
    for name in names where !all.contains(where: { $0.isCalled(name) }) {
      let known = all.map(\.name)
      let hint = NearestName.of(name, among: known).map { ", did you mean '\($0)'?" } ?? "."
      throw BenchmarkFailure(
        .usage, "unknown measure '\(name)'\(hint) There are: \(known.joined(separator: ", ")).")
    }
    return all.filter { measure in names.contains(where: measure.isCalled) }
  }

  private func isCalled(_ name: String) -> Bool {
    name == self.name || name == backend || name == operation.rawValue
  }

  private static let callers = 64

  private static func programs(_ client: ReferenceProgram.Client, _ clients: Int..., batch: Int = 1)
    -> [ReferenceProgram]
  {
    clients.map { ReferenceProgram(client, clients: $0, batch: batch) }
  }

  /// As many connections as the best of the other side at the most: `pipelined` is best with 1 to 4.
  private static let readConnections = 4
  private static let createConnections = 4
  private static let postgresWriteConnections = 16
  /// One for the transaction of a group, the others for what goes on alone.
  private static let mongoWriteConnections = 8
  /// On two cores 16 and 32 made more of its transactions a second than 64, whose threads only wait for each other.
  private static let mongoTransactionConnections = 32

  private static func batched(
    _ backend: String, _ operation: ReferenceOperation, connections: Int, _ references: [Reference]
  ) -> ReferenceMeasure {
    ReferenceMeasure(
      name: "\(backend)-\(operation.rawValue)", backend: backend, operation: operation, callers: callers,
      options: TargetOptions(connections: connections, dispatch: .batched, timeout: .seconds(30)),
      references: references)
  }

  private static func single(_ backend: String, _ client: ReferenceProgram.Client) -> ReferenceMeasure {
    ReferenceMeasure(
      name: "\(backend)-get-1-caller", backend: backend, operation: .get, callers: 1,
      options: TargetOptions(connections: 1, dispatch: .direct, timeout: .seconds(30)),
      references: [Reference(programs: programs(client, 1), bar: 0.85, aim: 0.95)])
  }

  /// One call, one exchange, over as many connections as `dbbench run` has by default; the other side has one for each caller.
  private static func some(
    _ backend: String, _ client: ReferenceProgram.Client, bar: Double
  ) -> ReferenceMeasure {
    ReferenceMeasure(
      name: "\(backend)-get-16-callers", backend: backend, operation: .get, callers: 16,
      options: TargetOptions(connections: 8, dispatch: .direct, timeout: .seconds(30)),
      references: [Reference(programs: programs(client, 16), bar: bar, aim: nil)])
  }

  private static func load(_ backend: String, _ program: ReferenceProgram, bar: Double, aim: Double)
    -> ReferenceMeasure
  {
    ReferenceMeasure(
      name: "\(backend)-load", backend: backend, operation: .load, callers: 1,
      options: TargetOptions(connections: 4, dispatch: .batched, timeout: .seconds(30)),
      references: [Reference(programs: [program], bar: bar, aim: aim)])
  }

  private static let postgres: [ReferenceMeasure] = {
    let reads = [
      Reference(programs: programs(.pgbenchPipelined, 1, 2, 4, batch: 32), bar: 0.75, aim: 0.9),
      Reference(programs: programs(.pgbench, 4, 8, 16), bar: 1.4, aim: 1.8),
    ]
    let writes = programs(.pgbench, callers)
    return [
      batched("postgres", .get, connections: readConnections, reads),
      batched("postgres", .team, connections: readConnections, reads),
      single("postgres", .libpq),
      some("postgres", .pgbench, bar: 0.7),
      batched(
        "postgres", .create, connections: createConnections, [Reference(programs: writes, bar: 1.5, aim: 3)]),
      batched(
        "postgres", .createWithCourses, connections: postgresWriteConnections,
        [Reference(programs: writes, bar: 1, aim: 1.5)]),
      batched(
        "postgres", .update, connections: postgresWriteConnections,
        [Reference(programs: writes, bar: 0.9, aim: 1.2)]),
      batched(
        "postgres", .delete, connections: postgresWriteConnections,
        [Reference(programs: writes, bar: 0.9, aim: 1.2)]),
      batched(
        "postgres", .reviewCreate, connections: postgresWriteConnections,
        [Reference(programs: writes, bar: 0.9, aim: 1.2)]),
      load("postgres", ReferenceProgram(.psql, clients: 1), bar: 1.5, aim: 1.1),
    ]
  }()

  private static let mongo: [ReferenceMeasure] = {
    let reads = programs(.libmongoc, 4, 8, 16)
    let writes = programs(.libmongoc, callers)
    let creates = [
      Reference(programs: writes, bar: 4, aim: nil),
      Reference(
        programs: programs(.libmongocMany, 1, batch: 64) + programs(.libmongocMany, 2, batch: 32)
          + programs(.libmongocMany, 4, batch: 16), bar: nil, aim: 0.9),
    ]
    return [
      batched("mongo", .get, connections: readConnections, [Reference(programs: reads, bar: 5, aim: 9)]),
      batched("mongo", .team, connections: readConnections, [Reference(programs: reads, bar: 4, aim: 7)]),
      single("mongo", .libmongoc),
      some("mongo", .libmongoc, bar: 0.8),
      batched("mongo", .create, connections: createConnections, creates),
      batched("mongo", .createWithCourses, connections: createConnections, creates),
      batched(
        "mongo", .update, connections: mongoWriteConnections,
        [Reference(programs: writes, bar: 0.9, aim: 1.2)]),
      batched(
        "mongo", .delete, connections: mongoWriteConnections,
        [Reference(programs: writes, bar: 0.9, aim: 1.2)]),
      batched(
        "mongo", .reviewCreate, connections: mongoTransactionConnections,
        [Reference(programs: writes, bar: 0.9, aim: 1.2)]),
      load("mongo", ReferenceProgram(.libmongocMany, clients: 2, batch: 2_000), bar: 1.3, aim: 1),
    ]
  }()
}
