import InstructorStore
import Testing

@testable import BenchmarkKit

@Suite struct MixTests {
  private let text = """
    # A comment.
    name: mine
    description: For tests.
    keys: zipfian
    operations:
      instructor-get: 3
      review-create: 2
    """

  private func mixed(_ mix: Mix, _ catalog: BenchmarkCatalog) throws -> PreparedWorkload {
    try #require(mix.entry().make?(Fixture.context(catalog)))
  }

  @Test func aFileSaysWhatTheMixIs() throws {
    let mix = try MixParser.parse(text, file: "mine.yaml")
    #expect(mix.name == "mine" && mix.description == "For tests." && mix.keys == .zipfian)
    #expect(mix.parts.map(\.workload) == ["instructor-get", "review-create"])
    #expect(mix.parts.map(\.weight) == [3, 2])
    #expect(mix.entry().kind == .write)
  }

  @Test(arguments: [
    ("operations:", "operation:", 5, "unknown setting 'operation', did you mean 'operations'?"),
    ("zipfian", "zipfan", 4, "unknown key distribution 'zipfan', did you mean 'zipfian'?"),
    (
      "instructor-get", "instructor-gt", 6,
      "unknown operation 'instructor-gt', did you mean 'instructor-get'?"
    ),
    ("instructor-get", "bulk-load", 6, "unknown operation 'bulk-load'"),
    ("create: 2", "create: 0", 7, "the weight of 'review-create' must be a whole number from 1 to 1000"),
    ("create: 2", "create: 2.5", 7, "the weight of 'review-create'"),
    ("create: 2", "create: [1, 2]", 7, "the weight of 'review-create'"),
    ("  review-create: 2", "  instructor-get: 2", 6, "twice there: instructor-get"),
    ("name: mine", "name: Mine!", 2, "a name takes"),
    ("name: mine", "name: instructor-get", 2, "name of a workload"),
    ("keys: zipfian\n", "", 1, "'keys' is missing"),
    ("  instructor-get: 3\n  review-create: 2", "  7", 6, "'operations' needs lines"),
    ("keys: zipfian", "keys: \"zipfian", 4, "no YAML"),
    ("keys: zipfian", "keys zipfian", 4, "no YAML"),
  ])
  func aMistakeIsNamedWithItsLine(what: String, with: String, line: Int, message: String) throws {
    let wrong = text.replacing(what, with: with)
    let failure = #expect(throws: BenchmarkFailure.self) { try MixParser.parse(wrong, file: "mine.yaml") }
    #expect(failure?.status == .malformedInput)
    let description = failure?.description ?? ""
    #expect(description.hasPrefix("mine.yaml, line "), "\(description)")
    #expect(description.contains(message), "\(description)")
    // Where quoted text never ends, the parser names the end of the file.
    if message != "no YAML" { #expect(description.contains("line \(line):"), "\(description)") }
  }

  @Test(arguments: ["", "- a\n- b", "just words", "{}"])
  func whatIsNoMixIsMalformed(text: String) {
    let failure = #expect(throws: BenchmarkFailure.self) { try MixParser.parse(text, file: "x") }
    #expect(failure?.status == .malformedInput)
  }

  @Test func shippedMixesAreSoundAndNamedAsTheirFiles() throws {
    let mixes = try MixLibrary.all()
    #expect(mixes.map(\.name) == MixLibrary.names)
    #expect(mixes.count == 9)
    for mix in mixes { #expect(!mix.description.isEmpty && mix.total > 0) }
    let coursePage = try MixLibrary.find("course-page")
    let reads = coursePage.parts.filter { $0.entry?.kind == .read }.reduce(0) { $0 + $1.weight }
    #expect(reads * 100 == coursePage.total * 95)
    let storm = try MixLibrary.find("review-storm")
    let writes = storm.parts.filter { $0.entry?.kind == .write }.reduce(0) { $0 + $1.weight }
    #expect(writes * 2 == storm.total && storm.keys == .zipfian)
  }

  @Test func aMissingMixGetsTheNearestName() {
    let failure = #expect(throws: BenchmarkFailure.self) { try MixLibrary.find("reveiw-storm") }
    #expect(failure?.status == .missingInput)
    #expect(failure?.message.contains("did you mean 'review-storm'?") == true)
  }

  @Test func everyRoundHasTheExactShares() throws {
    let catalog = try Fixture.catalog()
    let mix = try MixParser.parse(text, file: "mine.yaml")
    let workload = MixedWorkload(mix, Fixture.context(catalog))
    for start in [0, 5, 500, IdentifierSpace.operationsPerWorkload / 5 * 5 - 5] {
      let calls = (start..<start + 5).map { workload.operation($0).text.prefix { $0 != "(" } }
      #expect(calls.count { $0 == "get" } == 3 && calls.count { $0 == "create" } == 2, "\(calls)")
    }
    // In an order that differs from round to round.
    let orders = (0..<20).map { round in
      (0..<5).map { workload.operation(round * 5 + $0).text.hasPrefix("get") }
    }
    #expect(Set(orders).count > 3)
  }

  @Test func eachPartHasItsOwnTraceWithoutGaps() throws {
    let catalog = try Fixture.catalog()
    let mix = try MixParser.parse(text, file: "mine.yaml")
    let context = WorkloadContext(catalog: catalog, keys: .zipfian, seed: 7)
    let workload = MixedWorkload(mix, context)
    let creates = ReviewCreate(context)
    let mixed = (0..<500).map { workload.operation($0).text }.filter { $0.hasPrefix("create") }
    #expect(Set(mixed) == Set((0..<200).map { creates.operation($0).text }))
    #expect(mixed.count == 200)
  }

  @Test(arguments: MixLibrary.names)
  func aMixLeavesTheDataAsItWas(name: String) async throws {
    let catalog = try Fixture.catalog()
    let store = try await Fixture.loadedStore(catalog)
    let runner = ArmRunner(
      arm: Arm(target: FakeTarget(), store: store, environment: [:]),
      workload: try mixed(try MixLibrary.find(name), catalog), concurrency: 8)
    _ = try await runner.warmUp(for: .milliseconds(5))
    // Ends in the middle of a round.
    for slice in [0..<330, 330..<777] {
      let result = try await runner.execute(slice)
      #expect(result.ledger.succeeded == slice.count, "\(result.ledger)")
      #expect(result.traceHash == runner.workload.traceHash(slice))
    }
    try await Invariants(catalog: catalog, seed: 1).check(store)
  }
}
