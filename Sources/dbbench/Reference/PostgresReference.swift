import BenchmarkKit
import EphemeralServers
import InstructorStore
import PostgresBackend

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// pgbench, psql and a C loop over libpq, with the statements of ``PostgresBackend``.
struct PostgresReference: ReferenceSide {
  let child: ChildProgram
  /// With pgbench and psql.
  let programs: String
  let schema: String
  /// What the store's sessions set where the server has less.
  let synchronousCommit: String?
  let catalog: BenchmarkCatalog
  /// For the dump.
  let folder: String
  private let scripts: PostgresScripts

  init(
    url: String, schema: String, environment: [String: String], catalog: BenchmarkCatalog, folder: String
  ) async throws {
    child = ChildProgram(url: url)
    programs = try await ServerLocator.postgresFolder()
    guard FileManager.default.isExecutableFile(atPath: programs + "/pgbench") else {
      throw BenchmarkFailure(
        .unavailable, "there is no pgbench in \(programs)",
        advice: "Install PostgreSQL's server package, or name its folder in DBBENCH_POSTGRES_BIN.")
    }
    self.schema = schema
    synchronousCommit = ["off", "local"].contains(environment["synchronous_commit"]) ? "on" : nil
    self.catalog = catalog
    self.folder = folder
    scripts = PostgresScripts(catalog: catalog)
  }

  func run(
    _ operation: ReferenceOperation, with program: ReferenceProgram, _ amount: ReferenceAmount, segment: Int
  ) async throws -> Double {
    if program.client == .libpq { return try await loop(amount) }
    let script = scripts.script(operation, batch: program.batch)
    var arguments = [
      "--no-vacuum", "-M", "prepared", "-f", "-", "-c", "\(program.clients)",
      "-j", "\(min(program.clients, ProcessInfo.processInfo.activeProcessorCount))",
    ]
    var expected = 0
    switch amount {
    case .seconds(let seconds): arguments += ["-T", "\(max(1, Int(seconds.rounded(.up))))"]
    case .operations(let count):
      let each = max(1, count / program.clients)
      expected = each * program.clients
      arguments += ["-t", "\(each)"]
      if operation.needsRecords {
        try await sql(
          scripts.makeRecords(segment: segment, clients: program.clients, each: each), "making records")
      }
    }
    for (name, value) in scripts.variables(segment: segment) { arguments += ["-D", "\(name)=\(value)"] }
    let output = try await child.run(
      launch("pgbench") + arguments, input: script, doing: "pgbench (\(operation.rawValue))")
    let report = try PgbenchReport(output)
    guard report.failed == 0, expected == 0 || report.transactions == expected else {
      throw BenchmarkFailure(.mismatch, "pgbench (\(operation.rawValue)): some transactions failed")
    }
    try await check(operation, segment: segment, transactions: report.transactions)
    return report.transactionsPerSecond * Double(program.batch)
  }

  /// The single caller's loop, which decodes every column.
  private func loop(_ amount: ReferenceAmount) async throws -> Double {
    var arguments = [
      "postgres", "place=\(schema)", "statement=\(ReferenceSQL.get)", "instructors=\(catalog.instructors)",
    ]
    switch amount {
    case .seconds(let seconds): arguments.append("seconds=\(seconds)")
    case .operations(let count): arguments.append("count=\(count)")
    }
    let (operations, seconds) = try await child.loop(arguments, doing: "the C loop over libpq")
    return operations / seconds
  }

  /// pgbench looks at no answer of its own: whether its writes did something shows in the table.
  private func check(_ operation: ReferenceOperation, segment: Int, transactions: Int) async throws {
    let (table, expected): (String, Int)
    switch operation {
    case .create, .createWithCourses: (table, expected) = ("instructors", transactions)
    case .delete: (table, expected) = ("instructors", 0)
    case .reviewCreate: (table, expected) = ("reviews", transactions)
    case .get, .team, .update, .load: return
    }
    let first = ReferenceRecords.firstID(segment: segment)
    let end = ReferenceRecords.firstID(segment: segment + 1)
    let output = try await sql(
      "SELECT count(*) FROM \(table) WHERE id >= \(first) AND id < \(end);", "counting records")
    guard Int(output.filter { !$0.isWhitespace }) == expected else {
      throw BenchmarkFailure(
        .mismatch,
        "pgbench (\(operation.rawValue)) left \(output.filter { !$0.isWhitespace }) records, not \(expected)")
    }
  }

  func reset(after operation: ReferenceOperation) async throws {
    try await sql(
      operation == .reviewCreate ? scripts.removeReviews : scripts.removeRecords, "removing what was created")
  }

  // MARK: Loads

  private static let tables = ["instructors", "course_instructors"]
  private func file(_ table: String) -> String { "\(folder)/reference-\(table).copy" }

  func dump() async throws {
    try await sql(
      Self.tables.map { "\\copy \($0) TO '\(file($0))' (FORMAT binary)\n" }.joined(), "writing the dump")
  }

  func load(with program: ReferenceProgram, into schema: String) async throws -> Double {
    let lines =
      ReferenceSQL.tables.map { $0 + ";" }
      + Self.tables.map { "\\copy \($0) FROM '\(file($0))' (FORMAT binary)" }
      + (ReferenceSQL.indexSettings + ReferenceSQL.indexes).map { $0 + ";" }
    let start = ContinuousClock.now
    try await sql(lines.joined(separator: "\n") + "\n", "psql (load)", schema: schema)
    let (seconds, attoseconds) = (ContinuousClock.now - start).components
    return Double(seconds) + Double(attoseconds) / 1e18
  }

  func removeDump() async {
    for table in Self.tables { try? FileManager.default.removeItem(atPath: file(table)) }
  }

  // MARK: Programs

  @discardableResult
  private func sql(_ text: String, _ what: String, schema: String? = nil) async throws -> String {
    try await child.run(
      launch("psql", schema: schema) + ["-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-f", "-"],
      input: text,
      doing: what)
  }

  private func launch(_ program: String, schema: String? = nil) -> [String] {
    ["exec", "place=\(schema ?? self.schema)"]
      + (synchronousCommit.map { ["synchronous_commit=\($0)"] } ?? [])
      + ["--", "\(programs)/\(program)"]
  }
}

/// What pgbench says at its end.
struct PgbenchReport {
  var transactions = 0
  var failed = 0
  /// Without the time that connecting took.
  var transactionsPerSecond = 0.0

  init(_ output: String) throws {
    for line in output.split(whereSeparator: \.isNewline) {
      if let value = Self.value(of: "number of transactions actually processed: ", in: line) {
        transactions = Int(value) ?? 0
      } else if let value = Self.value(of: "number of failed transactions: ", in: line) {
        failed = Int(value) ?? 0
      } else if let value = Self.value(of: "tps = ", in: line) {
        transactionsPerSecond = Double(value) ?? 0
      }
    }
    guard transactions > 0, transactionsPerSecond > 0 else {
      throw BenchmarkFailure(.internalError, "pgbench printed no figures. This is a defect; please report it")
    }
  }

  private static func value(of label: String, in line: Substring) -> Substring? {
    guard line.hasPrefix(label) else { return nil }
    return line.dropFirst(label.count).prefix { $0.isNumber || $0 == "." }
  }
}
