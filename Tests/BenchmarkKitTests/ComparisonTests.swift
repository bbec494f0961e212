import InstructorStore
import StoreDecorators
import TestSupport
import Testing

@testable import BenchmarkKit

@Suite struct ComparisonTests {
  @Test func everyWorkloadHasItsBlocksAndBothArmsDidTheSame() async throws {
    let targets = (FakeTarget("one"), FakeTarget("two"))
    let scratch = [FakeTarget("scratch one"), FakeTarget("scratch two")]
    let names = WorkloadRegistry.all.map(\.name)
    var rounds: [Int] = []
    let outcome = try await Fixture.comparison(Fixture.plan(names, provisional: 2)).run(
      targets: targets, scratch: scratch, journal: Fixture.journal()
    ) { rounds.append($0.roundsDone) }
    #expect(outcome.failure == nil, "\(String(describing: outcome.failure))")
    #expect(rounds == [1, 2])
    let summary = try #require(ComparisonSummary(outcome.record))
    #expect(summary.status == "complete")
    #expect(summary.invariantsChecked)
    #expect(summary.workloads.map(\.workload) == names.filter { $0 != "bulk-load" })
    for entry in summary.workloads {
      #expect(entry.blocks == 2)
      #expect(entry.verdict.kind == .provisional)
      #expect(entry.arms[0].traceHash == entry.arms[1].traceHash)
      #expect(entry.arms[0].succeeded == entry.arms[1].succeeded)
      // Short slices: each answer of both slices of both blocks, or about so many.
      let least = min(entry.arms[0].succeeded, ComparisonPlan.answersPerSlice)
      #expect(try #require(entry.comparedAnswers) >= least, "\(entry.workload)")
      for figures in entry.arms {
        #expect(figures.scheduled == figures.succeeded + figures.failed + figures.dropped)
      }
    }
    #expect(summary.bulkLoad?.loadSeconds.map(\.count) == [2, 2])
    for target in scratch {
      #expect(target.calls == ["prepare", "open", "settle", "remove", "prepare", "open", "settle", "remove"])
    }
    // For the timing, for what is not timed, and to look at the data afterwards.
    for target in [targets.0, targets.1] {
      #expect(target.calls == ["prepare", "open", "settle", "open", "open"])
    }
  }

  @Test func roundKRunsBlockKOfEveryWorkload() async throws {
    let plan = Fixture.plan(["instructor-get", "course-team"], provisional: 2)
    let outcome = try await Fixture.comparison(plan).run(
      targets: (FakeTarget("one"), FakeTarget("two")), scratch: [], journal: Fixture.journal()
    ) { _ in }
    let blocks = outcome.record.blocks
    #expect(blocks.map(\.number) == [0, 0, 1, 1])
    #expect(blocks.map(\.workload) == ["instructor-get", "course-team", "instructor-get", "course-team"])
    for block in blocks {
      let order = BlockOrder(seed: 7, workload: block.workload, block: block.number)
      #expect(block.order == order.rawValue)
      #expect(block.segments.map(\.arm) == order.segments.map(\.arm))
    }
    // No operation is timed twice.
    let slices = blocks.filter { $0.workload == "course-team" }.flatMap { $0.segments(of: 0) }
      .map { $0.first..<$0.first + $0.operations }.sorted { $0.lowerBound < $1.lowerBound }
    for (earlier, later) in zip(slices, slices.dropFirst()) {
      #expect(earlier.upperBound <= later.lowerBound)
    }
  }

  /// Before an arm's first segment of a block it reads untimed, with operations that are never timed.
  @Test func readsBeginWithALeadIn() async throws {
    let names = ["instructor-get", "instructor-update"]
    let plan = Fixture.plan(names, provisional: 2, leadInSeconds: 0.2)
    let comparisonPlan = ComparisonPlan(recorded: plan)
    let outcome = try await Fixture.comparison(plan).run(
      targets: (FakeTarget("one"), FakeTarget("two")), scratch: [], journal: Fixture.journal()
    ) { _ in }
    let record = outcome.record
    #expect(outcome.failure == nil)
    #expect(record.blocks.count == 4)
    for block in record.blocks {
      let pilot = try #require(record.pilots.first { $0.workload == block.workload })
      // However slow this machine is: 40 calls a second suffice.
      #expect(comparisonPlan.hasLeadIns(pilot.throughputPerSecond))
      guard block.workload == "instructor-get" else {
        #expect(block.leadIns == nil)
        continue
      }
      #expect(try #require(block.leadIns).allSatisfy { $0.operations > 0 && $0.cpuSeconds["client"] != nil })
      #expect(
        block.segments.allSatisfy { $0.first + $0.operations < IdentifierSpace.operationsPerWorkload / 2 })
    }
  }

  @Test func theRunnerItselfIsMeasuredBesideEachWorkload() async throws {
    let names = ["instructor-get", "instructor-delete", "review-create"]
    let outcome = try await Fixture.comparison(Fixture.plan(names, provisional: 1)).run(
      targets: (FakeTarget("one"), FakeTarget("two")), scratch: [], journal: Fixture.journal()
    ) { _ in }
    #expect(outcome.failure == nil)
    #expect(outcome.record.runnerCosts.map(\.workload) == names)
    for cost in outcome.record.runnerCosts {
      #expect(cost.operations > 0 && cost.throughputPerSecond > 0)
      #expect(try #require(cost.p50) > 0)
      #expect(try #require(cost.cpuMicrosecondsPerOperation) > 0)
    }
    let summary = try #require(ComparisonSummary(outcome.record))
    #expect(summary.workloads.map(\.runner) == outcome.record.runnerCosts)
    #expect(
      ComparisonTables.notes(summary).contains { $0.hasPrefix("The runner itself, with the store in memory") }
    )
    let cells = MarkdownReport.text(summary).split(separator: "\n").filter {
      $0.hasPrefix("| instructor-get | one |")
    }
    #expect(cells.count == 1 && cells[0].contains(", CPU "), "\(cells)")
  }

  /// Calls so long that a segment has few of them need no lead-in, nor do cold segments or results of before there were any.
  @Test func longCallsHaveNoLeadIn() {
    let plan = ComparisonPlan(recorded: Fixture.plan(["instructor-get"], leadInSeconds: 0.2))
    // 4 callers with two calls each.
    #expect(plan.hasLeadIns([40, 50_000]))
    // Both or none.
    #expect(!plan.hasLeadIns([39, 50_000]))
    #expect(!ComparisonPlan(recorded: Fixture.plan(["instructor-get"])).hasLeadIns([50_000, 50_000]))
  }

  @Test func verdictsAreTakenAtTheLookAndRecorded() async throws {
    let plan = Fixture.plan(["instructor-get"], blocks: 8, segmentSeconds: 0.002)
    let outcome = try await Fixture.comparison(plan).run(
      targets: (FakeTarget("one"), FakeTarget("two")), scratch: [], journal: Fixture.journal()
    ) { _ in }
    #expect(outcome.record.blocks.count == 8)
    let look = try #require(outcome.record.looks.first)
    #expect(look.number == 1)
    #expect(look.verdicts["instructor-get"] == outcome.record.verdicts.first)
    #expect(look.verdicts["instructor-get"]?.look == 1)
  }

  /// What a server does while the other arm has its turn, and what it had put off, is told apart from what was timed.
  @Test func maintenanceIsWhatTheServersDoOutsideOfTheSegments() async throws {
    let plan = Fixture.plan(["instructor-get", "instructor-update"])
    let targets = ["one", "two"].map { FakeTarget($0, address: $0) }
    let outcome = try await Fixture.comparison(plan).run(
      targets: (targets[0], targets[1]), scratch: [nil, nil], journal: Fixture.journal(), afterRound: { _ in }
    )
    #expect(outcome.failure == nil)
    let record = outcome.record
    #expect(record.maintenance.map(\.arm) == [0, 1])
    // The arms take turns twice in a block, and where two blocks meet whose orders differ; each time both are asked once.
    let arms = record.blocks.flatMap { $0.segments.map(\.arm) }
    let turns = zip(arms, arms.dropFirst()).count { $0 != $1 } + 1
    for own in record.maintenance {
      let writes = record.blocks(of: "instructor-update").flatMap { $0.segments(of: own.arm) }
      #expect(own.operations == writes.reduce(0) { $0 + $1.succeeded } && own.operations > 0)
      let others = zip(arms, [nil] + arms.map(Optional.some)).count { $0 != own.arm && $1 != $0 }
      #expect(own.idle.writtenBytes == 1_000 * others && others <= turns, "\(others) of \(turns)")
      // What it wrote itself, and the one thousand of being asked again.
      #expect(own.atEnd.writtenBytes == 1_001_000)
      #expect(own.idle.processorSeconds == nil)
      #expect(own.bytesPer1000 == 1_001_000 * 1_000 / Double(own.operations))
      let watched = own.idle.seconds
      #expect(watched > 0 && own.idle.bytesPerSecond == Double(1_000 * others) / watched)
      #expect(own.idle.busyProcessors == nil)
    }
    let summary = try #require(ComparisonSummary(record))
    #expect(MarkdownReport.text(summary).contains("## Maintenance debt"))
    let note = try #require(ComparisonTables.notes(summary).first { $0.hasPrefix("Maintenance debt") })
    // Each figure says how long it was watched for.
    for own in record.maintenance {
      #expect(note.contains("a second (watched for \(Quantity.seconds(own.idle.seconds)))"), "\(note)")
    }
    // One server for both arms: nothing to tell apart.
    let shared = try await Fixture.comparison(plan).run(
      targets: (FakeTarget("one", address: "a"), FakeTarget("two", address: "a")), scratch: [nil, nil],
      journal: Fixture.journal(), afterRound: { _ in })
    #expect(shared.failure == nil && shared.record.maintenance.isEmpty)
  }

  @Test func aResumedRunGoesOnWhereTheFirstEnded() async throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let names = ["instructor-get", "instructor-update"]
    let short = Fixture.plan(names, provisional: 2)
    _ = try await Fixture.comparison(short).run(
      targets: (FakeTarget("one"), FakeTarget("two")), scratch: [],
      journal: Fixture.journal(try ResultsFile.create(in: folder.path))
    ) { _ in }
    let earlier = try ResultsFile.read(from: folder.path)
    #expect(earlier.blocks.count == 4)
    let long = Fixture.plan(names, provisional: 4)
    _ = try await Fixture.comparison(long).run(
      targets: (FakeTarget("one"), FakeTarget("two")), scratch: [],
      journal: Fixture.journal(try ResultsFile.open(in: folder.path), earlier: earlier)
    ) { _ in }
    let record = try ResultsFile.read(from: folder.path)
    #expect(record.headers.count == 2)
    #expect(record.blocks(of: "instructor-get").map(\.number) == [0, 1, 2, 3])
    #expect(Set(record.blocks.flatMap(\.segments).map { "\($0.arm) \($0.slice) \($0.first)" }).count >= 16)
    // The same slices as before the interruption.
    #expect(record.pilots.map(\.operations) == earlier.pilots.map(\.operations))
    #expect(record.end?.status == .complete)
  }

  @Test func aCalibrationIsMadeOnceAndKept() async throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let plan = Fixture.plan(["instructor-get"], provisional: 1)
    var records: [ComparisonRecord] = []
    for calibrates in [true, true, false] {
      var journal = Fixture.journal()
      journal.calibrates = calibrates
      journal.calibrations = CalibrationCache(folder: folder.path)
      let outcome = try await Fixture.comparison(plan).run(
        targets: (FakeTarget("one"), FakeTarget("two")), scratch: [], journal: journal
      ) { _ in }
      records.append(outcome.record)
    }
    let ratios = try #require(records[0].calibration?.ratios["instructor-get"])
    #expect(ratios.map(\.blocks) == [6, 6])
    #expect(
      records.allSatisfy { $0.calibration == records[0].calibration }, "the later ones are the kept one")
    #expect(ComparisonSummary(records[2])?.workloads.first?.arms[1].calibration == ratios[1])
  }

  @Test func anotherMachineIsNotResumedOn() async throws {
    let plan = Fixture.plan(["instructor-get"], provisional: 1)
    var earlier = Fixture.record(plan, ratios: [[]])
    earlier.add(.plan(plan))
    let failure = await #expect(throws: BenchmarkFailure.self) {
      _ = try await Fixture.comparison(plan).run(
        targets: (FakeTarget("one"), FakeTarget("two")), scratch: [],
        journal: Fixture.journal(earlier: earlier)
      ) { _ in }
    }
    #expect(failure?.status == .void)
    #expect(failure?.message.contains("processor: Test then") == true)
  }

  @Test func aCancelledComparisonKeepsWhatItHas() async throws {
    let comparison = try Fixture.comparison(Fixture.plan(["instructor-get"], provisional: 1_000))
    let (firstRound, continuation) = AsyncStream<Void>.makeStream()
    let work = Task {
      try await comparison.run(
        targets: (FakeTarget("one"), FakeTarget("two")), scratch: [], journal: Fixture.journal()
      ) { _ in continuation.finish() }
    }
    for await _ in firstRound {}
    work.cancel()
    let outcome = try await work.value
    #expect(outcome.failure?.status == .interrupted)
    #expect((1..<1_000).contains(outcome.record.roundsDone))
    let summary = try #require(ComparisonSummary(outcome.record))
    #expect(summary.status == "interrupted")
    #expect(ComparisonTables.notes(summary).first?.hasPrefix("PARTIAL") == true)
  }

  @Test func aBackendThatDiesIsReportedWithWhatCameBefore() async throws {
    // In the measurement, after its first round.
    let dies = Flag()
    let dying = FakeTarget("dying") { store in
      DecoratedStore(
        base: store,
        instructors: FailingGets(base: store.instructors, code: .unreachable) { _ in dies.isRaised })
    }
    let outcome = try await Fixture.comparison(Fixture.plan(["instructor-get"], provisional: 1_000)).run(
      targets: (FakeTarget("one"), dying), scratch: [], journal: Fixture.journal()
    ) { _ in dies.raise() }
    #expect(outcome.failure?.status == .unavailable)
    #expect(outcome.failure?.message.contains("two stopped answering in instructor-get") == true)
    #expect(outcome.record.end?.status == .failed)
    #expect(outcome.record.roundsDone >= 1)
  }

  @Test func aWrongAnswerInTheTimedPartIsFoundAndVoidsTheRun() async throws {
    // In the measurement, after its first round.
    let lies = Flag()
    let lying = FakeTarget("lying") { store in
      DecoratedStore(
        base: store, instructors: LateRoundedAverages(base: store.instructors) { lies.isRaised })
    }
    let outcome = try await Fixture.comparison(Fixture.plan(["instructor-get"], provisional: 1_000)).run(
      targets: (FakeTarget("one"), lying), scratch: [], journal: Fixture.journal()
    ) { _ in lies.raise() }
    let failure = try #require(outcome.failure)
    #expect(failure.status == .mismatch)
    #expect(failure.message.contains("of workload instructor-get") && failure.message.contains("get("))
    let lines = failure.message.split(separator: "\n").map { $0.drop { $0 == " " } }
    #expect(lines.contains { $0.hasPrefix("one ") } && lines.contains { $0.hasPrefix("two ") })
    let summary = try #require(ComparisonSummary(outcome.record))
    #expect(summary.voidReason?.contains("different answers") == true)
    #expect(ComparisonTables.notes(summary).first?.contains("--accept-busy") == false)
  }

  @Test func anAnswerThatOnlyOneArmGotIsNotCompared() async throws {
    for (code, isFound) in [(StoreError.Code.contended, false), (.notFound, true)] {
      let fails = Flag()
      let failing = FakeTarget("failing") { store in
        DecoratedStore(
          base: store,
          instructors: FailingGets(base: store.instructors, code: code) { fails.isRaised && $0 % 3 == 0 })
      }
      let outcome = try await Fixture.comparison(Fixture.plan(["instructor-get"], provisional: 5)).run(
        targets: (FakeTarget("one"), failing), scratch: [], journal: Fixture.journal()
      ) { _ in fails.raise() }
      #expect(outcome.failure?.status == (isFound ? .mismatch : nil), "\(code)")
    }
  }

  @Test func answersThatDependOnTheOrderAreLeftToTheGate() async throws {
    let mix = try MixLibrary.find("course-page")
    var plan = Fixture.plan([mix.name], provisional: 1)
    plan.mix = mix
    let comparison = Comparison(
      settings: Fixture.settings(try Fixture.catalog()), plan: plan, entries: [mix.entry()], progress: .none)
    let outcome = try await comparison.run(
      targets: (FakeTarget("one"), FakeTarget("two")), scratch: [], journal: Fixture.journal()
    ) { _ in }
    let summary = try #require(ComparisonSummary(outcome.record))
    #expect(summary.workloads.first?.comparedAnswers == nil)
    #expect(ComparisonTables.notes(summary).contains { $0.contains("depend on the order") })
  }

  @Test func somebodyElsesObjectsStopItBeforeAnythingIsTouched() async throws {
    let target = FakeTarget("theirs", state: .foreign("table customers"))
    let failure = await #expect(throws: BenchmarkFailure.self) {
      try await Loader.requireOwnership(of: target, place: "'dbbench'")
    }
    #expect(failure?.status == .foreignTarget)
    #expect(failure?.message.contains("table customers") == true)
    #expect(failure?.message.contains("--schema") == true)
    #expect(target.calls == ["inspect"])
  }

  @Test func writesThatAreNotUndoneVoidTheRun() async throws {
    let target = FakeTarget("leaky") { store in
      DecoratedStore(base: store, instructors: IgnoredDeletes(base: store.instructors))
    }
    let single = SingleRun(
      settings: Fixture.settings(try Fixture.catalog()), length: .operations(100))
    let workloads = [try Fixture.prepared("instructor-create", Fixture.context(Fixture.catalog()))]
    let results = ResultBox()
    let failure = await #expect(throws: BenchmarkFailure.self) {
      try await single.run(workloads, on: target, progress: .none) { results.add($0) }
    }
    #expect(failure?.status == .mismatch)
    #expect(results.count == 1)
  }

  @Test(arguments: ["instructor-get", "instructor-delete"])
  func aRunMeasuresExactlyTheOperationsAsked(name: String) async throws {
    let catalog = try Fixture.catalog()
    let single = SingleRun(settings: Fixture.settings(catalog), length: .operations(2_345))
    let workload = try Fixture.prepared(name, Fixture.context(catalog))
    var results: [RunResult] = []
    try await single.run([workload], on: FakeTarget(), progress: .none) { results.append($0) }
    let result = try #require(results.first)
    #expect(result.ledger.scheduled == 2_345)
    #expect(result.ledger.isBalanced)
    #expect(result.traceHash == workload.traceHash(0..<2_345))
    #expect(result.throughputPerSecond > 0)
  }
}

private final class ResultBox {
  private var results: [RunResult] = []
  func add(_ result: RunResult) { results.append(result) }
  var count: Int { results.count }
}
