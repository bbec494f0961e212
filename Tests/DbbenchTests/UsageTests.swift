import Foundation
import Testing

/// What somebody gets who types something wrong, or runs it where something is missing. No server needed.
@Suite struct UsageTests {
  /// One line, the right status, and nothing on standard output.
  private func expectFailure(
    _ arguments: [String], _ status: Int32, _ text: String, environment: [String: String] = [:],
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let output = try await Tool.run(arguments + ["--quiet"], environment: environment)
    #expect(output.status == status, "\(output)", sourceLocation: sourceLocation)
    #expect(output.errorLines.count == 1, "\(output)", sourceLocation: sourceLocation)
    #expect(output.standardError.contains(text), "\(output)", sourceLocation: sourceLocation)
    #expect(output.standardOutput.isEmpty, "\(output)", sourceLocation: sourceLocation)
  }

  @Test func anUnknownWorkloadGetsTheNearestName() async throws {
    try await expectFailure(["compare", "--workload", "instructr-get"], 64, "did you mean 'instructor-get'?")
    try await expectFailure(["run", "--workload", ","], 64, "no workload named")
  }

  @Test func anUnknownBackendGetsTheNearestName() async throws {
    try await expectFailure(["run", "--backend", "postgre"], 64, "did you mean 'postgres'?")
    try await expectFailure(["compare", "--backends", "memory"], 64, "takes two names")
  }

  @Test(arguments: [
    ["--instructors", "0"], ["--courses", "0"], ["--reviewers", "0"], ["--reviews", "0"],
    ["--instructors=-5"], ["--concurrency", "0"],
    ["--blocks", "0"],
    ["--minutes", "0"], ["--connections", "0"], ["--instructors", "1", "--courses", "1000"],
    ["run", "--duration", "0"], ["run", "--operations", "0"], ["run", "--duration=-1"],
    ["load", "--instructors", "0"], ["load", "--resume"],
    ["load", "--resume", "--keep", "--postgres", "postgres://localhost/x"], ["compare", "--blocks", "5"],
    ["compare", "--provisional", "--more"],
    ["verify", "--steps", "0"],
  ])
  func sizesThatAreNoneAreRefused(arguments: [String]) async throws {
    let output = try await Tool.run(arguments)
    #expect(output.status == 64, "\(output)")
    #expect(output.errorLines.count == 1, "\(output)")
    #expect(!output.standardError.contains("started"), "\(output)")
  }

  @Test(arguments: [
    ["--nonsense"], ["nonsense"], ["run", "--seed", "x"], ["--dispatch", "sometimes"], ["--keep"],
    ["--schema", "robert'); drop table students"], ["--schema", ""], ["--schema", "1st"],
    ["--postgres", "http://localhost"], ["--mongo", "localhost"], ["run", "--workload", "bulk-load"],
    ["--dispatch", "direct,batched"], ["--arm", "a=postgres"], ["--arm", "a=postgres", "--arm", "a=mongo"],
    ["--arm", "a.b=postgres", "--arm", "b=mongo"], ["--arm", "a=postgres,dispatch=no", "--arm", "b=mongo"],
    ["--arm", "a=memory,work_mem=1", "--arm", "b=mongo"], ["--assert", "nonsense"],
    ["--assert", "postgres.instructor-gte.throughput.median>1"], ["--force"],
    ["--rate", "often"], ["--rate", "10,10"], ["--rate", ""], ["--duration", "1"],
    ["--cold", "--rate", "10"],
    ["--cold", "--soak"], ["--soak", "--keep", "--postgres", "postgres://localhost/x"],
    ["run", "--assert", "postgres.instructor-get.throughput.median>1"],
    ["capacity", "--slo", "20ms", "--assert", "postgres.instructor-get.throughput.median>1"],
  ])
  func wrongUsageIsOneLine(arguments: [String]) async throws {
    let output = try await Tool.run(arguments)
    #expect(output.status == 64, "\(output)")
    #expect(output.errorLines.count == 1, "\(output)")
    #expect(output.standardOutput.isEmpty, "\(output)")
  }

  @Test func aServerOfTheUsersIsNotPinned() async throws {
    for command in [["compare"], ["run"], ["capacity", "--slo", "20ms"]] {
      try await expectFailure(
        command + ["--pin", "--postgres", "postgres://localhost/x"], 64, "PostgreSQL is yours")
    }
  }

  @Test func aPlanThatCannotWinIsRefusedWithTheBlocksNeeded() async throws {
    try await expectFailure(
      ["compare", "--blocks", "8", "--workload", "instructor-get,course-team,course-primary"], 64,
      "Take --blocks 10")
  }

  @Test func resultsThatAreNoneAreSaidSo() async throws {
    try await expectFailure(["compare", "--resume", "/nonexistent"], 66, "no results.jsonl")
    try await expectFailure(
      ["compare", "--backends", "memory,memory", "--output", "/proc/nowhere"], 66, "can't write")
    for command in [["report", "/nonexistent"], ["report", "/nonexistent", "--recompute"]] {
      let output = try await Tool.run(command)
      #expect(output.status == 66, "\(output)")
      #expect(output.errorLines.count == 1)
    }
  }

  @Test func armsAreInThePlan() async throws {
    let output = try await Tool.run([
      "compare", "--arm", "plain=postgres", "--arm", "roomy=postgres,work_mem=64MB,connections=3",
      "--dry-run",
    ])
    #expect(output.status == 0, "\(output)")
    #expect(output.standardError.contains("plain and roomy"))
    #expect(output.standardError.contains("work_mem = 64MB"))
    #expect(output.standardError.contains("roomy over 3 connections"))
    let modes = try await Tool.run([
      "compare", "--backends", "mongo", "--dispatch", "direct,batched", "--dry-run",
    ])
    #expect(modes.standardError.contains("MongoDB direct and MongoDB batched"), "\(modes)")
  }

  @Test func aNegativeSizeIsNamedAsSuch() async throws {
    try await expectFailure(["--instructors", "-5"], 64, "--instructors must be from 1 to")
    try await expectFailure(["run", "--duration", "-1"], 64, "--duration must be")
  }

  @Test func anUnreachableServerIsNamedWithoutCredentials() async throws {
    let output = try await Tool.run([
      "run", "--backend", "postgres", "--postgres", "postgres://me:hunter2@127.0.0.1:1/test", "--quiet",
    ])
    #expect(output.status == 69, "\(output)")
    #expect(output.standardError.contains("127.0.0.1:1"), "\(output)")
    #expect(output.standardError.contains("connection refused"), "\(output)")
    #expect(!output.standardError.contains("hunter2"))
  }

  @Test func noSharedMemoryIsLeft() async throws {
    func counters() -> Set<String> {
      Set(
        (try? FileManager.default.contentsOfDirectory(atPath: "/dev/shm"))?.filter { $0.hasPrefix("mongoc-") }
          ?? [])
    }
    let before = counters()
    let pid = try await Tool.pidOfRun(
      ["run", "--backend", "mongo", "--mongo", "mongodb://127.0.0.1:1/?replicaSet=rs0", "--quiet"],
      without: "MONGOC_DISABLE_SHM")
    // Other programs may come and go meanwhile: this one's own is what counts.
    #expect(!counters().subtracting(before).contains("mongoc-\(pid)"))
  }

  @Test func thePlanTellsTheDispatchAndTheConnections() async throws {
    let output = try await Tool.run(["run", "--dispatch", "batched", "--dry-run"])
    #expect(output.status == 0)
    #expect(output.standardError.contains("over 8 connections, batched"))
  }

  @Test func anUnreachableServerIsSaidSo() async throws {
    let sizes = ["--instructors", "10", "--courses", "10"]
    try await expectFailure(
      ["run", "--backend", "postgres", "--postgres", "postgres://me:secret@127.0.0.1:1/test"] + sizes, 69,
      "can't be reached")
    try await expectFailure(
      ["run", "--backend", "mongo", "--mongo", "mongodb://127.0.0.1:1/?replicaSet=rs0"] + sizes, 69, "reached"
    )
  }

  @Test func aMissingServerProgramIsSaidSo() async throws {
    try await expectFailure(
      ["compare"], 69, "DBBENCH_MONGOD", environment: ["DBBENCH_MONGOD": "/nonexistent"])
    try await expectFailure(
      ["run", "--backend", "postgres"], 69, "DBBENCH_POSTGRES_BIN",
      environment: ["DBBENCH_POSTGRES_BIN": "/nonexistent"])
  }

  @Test func aResultThatCantBeWrittenIsRefusedBeforeTheWork() async throws {
    try await expectFailure(
      ["run", "--backend", "memory", "--json", "/nonexistent/result.json"], 66, "can't write")
  }

  @Test func passwordsAreNotShown() async throws {
    let output = try await Tool.run([
      "compare", "--postgres", "postgres://me:hunter2@db1/test", "--mongo",
      "mongodb://me:hunter2@db2/?replicaSet=rs0",
      "--dry-run",
    ])
    #expect(output.status == 0)
    #expect(output.standardError.contains("postgres://db1/test"))
    #expect(!output.standardError.contains("hunter2"))
    let conninfo = try await Tool.run(["load", "--postgres", "host=db1 password=hunter2", "--dry-run"])
    #expect(conninfo.standardError.contains("host=db1"))
    #expect(!conninfo.standardError.contains("hunter2"))
  }

  @Test func aDryRunPrintsThePlanAndStartsNothing() async throws {
    let output = try await Tool.run(["--dry-run"])
    #expect(output.status == 0)
    for text in [
      "PostgreSQL", "MongoDB", "100,000 instructors", "500,000 reviews", "minutes", "GiB", "instructor-get",
    ] {
      #expect(output.standardError.contains(text), "\(text)")
    }
    #expect(output.standardOutput.isEmpty)
    #expect(output.serverFolder == nil)
  }

  @Test(arguments: [
    ["--help"], ["compare", "--help"], ["run", "--help"], ["load", "-h"], ["verify", "--help"],
    ["workloads", "--help"], ["report", "--help"], ["simulate", "--help"],
    ["servers", "--help"], ["help", "run"],
  ])
  func helpIsOnStandardOutput(arguments: [String]) async throws {
    let output = try await Tool.run(arguments)
    #expect(output.status == 0)
    #expect(output.standardOutput.contains("USAGE"))
    #expect(output.standardError.isEmpty)
  }

  @Test func workloadsAreListedWithWhatTheyDo() async throws {
    let output = try await Tool.run(["workloads"])
    #expect(output.status == 0)
    for name in [
      "instructor-get", "course-team", "course-primary", "instructor-page", "instructor-create",
      "instructor-update",
      "instructor-delete", "bulk-load", "review-create", "course-summary", "organization-leaderboard",
      "review-storm", "ycsb-f",
    ] { #expect(output.standardOutput.contains(name)) }
  }

  @Test func aMixIsShownAsItsFile() async throws {
    let output = try await Tool.run(["workloads", "--show", "review-storm"])
    #expect(output.status == 0)
    #expect(output.standardOutput.contains("keys: zipfian"))
    #expect(output.standardOutput.contains("review-create: 30"))
    let unknown = try await Tool.run(["workloads", "--show", "review-strom"])
    #expect(
      unknown.status == 64 && unknown.standardError.contains("did you mean 'review-storm'?"), "\(unknown)")
  }

  @Test func aMistakeInAMixFileIsNamedWithItsLine() async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "dbbench-mix-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("mine.yaml").path
    try "name: mine\nkeys: uniform\noperations:\n  review-creat: 3\n".write(
      toFile: file, atomically: true, encoding: .utf8)
    try await expectFailure(
      ["run", "--mix", file], 65, "mine.yaml, line 4: unknown operation 'review-creat'")
    try await expectFailure(["run", "--mix", file + ".not"], 66, "there is no mix")
    try await expectFailure(["run", "--mix", "ycsb-a", "--workload", "all"], 64, "not both")
  }
}
