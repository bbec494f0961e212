import FoundationEssentials
import Testing

@testable import BenchmarkKit

@Suite struct ResultsFileTests {
  private func written(_ record: ComparisonRecord, to folder: String) throws {
    let file = try ResultsFile.create(in: folder)
    try file.append(.header(Fixture.header))
    if let plan = record.plan { try file.append(.plan(plan)) }
    if let fingerprint = record.fingerprint { try file.append(.fingerprint(fingerprint)) }
    for block in record.blocks { try file.append(.block(block)) }
  }

  private func append(_ text: String, to folder: String) throws {
    let path = "\(folder)/\(ResultsFile.name)"
    let data = try #require(FileManager.default.contents(atPath: path))
    try (data + Data(text.utf8)).write(to: URL(filePath: path))
  }

  private let plan = Fixture.plan(["instructor-get"])

  @Test func whatIsWrittenIsRead() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let record = Fixture.record(plan, ratios: [Fixture.ratios(2)])
    try written(record, to: folder.path)
    let read = try ResultsFile.read(from: folder.path)
    #expect(read.plan == plan)
    #expect(read.fingerprint == record.fingerprint)
    #expect(read.blocks == record.blocks)
    #expect(read.verdicts == record.verdicts)
    #expect(read.verdicts.first?.kind == .faster)
  }

  @Test func aTornLastLineIsLeftOutAndCutOff() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    try written(Fixture.record(plan, ratios: [[1, 2]]), to: folder.path)
    try append("{\"kind\":\"block\",\"wor", to: folder.path)
    #expect(try ResultsFile.read(from: folder.path).blocks.count == 2)
    let file = try ResultsFile.open(in: folder.path)
    try file.append(.block(Fixture.block("instructor-get", 2, ratio: 1)))
    #expect(try ResultsFile.read(from: folder.path).blocks.count == 3)
  }

  @Test func unknownKindsAreSkippedAndMalformedLinesNamed() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    try written(Fixture.record(plan, ratios: [[1]]), to: folder.path)
    try append("{\"kind\":\"something new\",\"x\":1}\n", to: folder.path)
    #expect(try ResultsFile.read(from: folder.path).blocks.count == 1)
    try append("{\"kind\":\"block\"}\n{\"kind\":\"header\"}\n", to: folder.path)
    let failure = #expect(throws: BenchmarkFailure.self) { _ = try ResultsFile.read(from: folder.path) }
    #expect(failure?.status == .malformedInput)
    #expect(failure?.message.contains("line 6 ") == true)
  }

  @Test func aNewerFormatIsRefused() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    var header = Fixture.header
    header.format = RunHeader.currentFormat + 1
    try ResultsFile.create(in: folder.path).append(.header(header))
    let failure = #expect(throws: BenchmarkFailure.self) { _ = try ResultsFile.read(from: folder.path) }
    #expect(failure?.status == .malformedInput)
  }

  @Test func resultsAreNeverOverwrittenAndMissingOnesSaidSo() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    #expect(throws: BenchmarkFailure.self) { _ = try ResultsFile.read(from: folder.path) }
    try ResultsFile.create(in: folder.path).append(.header(Fixture.header))
    let failure = #expect(throws: BenchmarkFailure.self) { _ = try ResultsFile.create(in: folder.path) }
    #expect(failure?.status == .missingInput)
    #expect(failure?.advice.contains("--resume") == true)
  }

  /// A run that ends while its servers start leaves an empty file, one that is killed in its first line a torn one.
  @Test(arguments: ["", "{\"command\":\"dbbe"]) func aFileWithoutAWholeLineIsNoResult(text: String) throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    _ = try ResultsFile.create(in: folder.path)
    try append(text, to: folder.path)
    let nothing = #expect(throws: BenchmarkFailure.self) { _ = try ResultsFile.read(from: folder.path) }
    #expect(nothing?.status == .missingInput)
    #expect(nothing?.message.contains("nothing in results.jsonl") == true)
    try ResultsFile.create(in: folder.path).append(.header(Fixture.header))
    #expect(try ResultsFile.read(from: folder.path).headers == [Fixture.header])
  }

  @Test func twoRunsDoNotShareAFile() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let first = try ResultsFile.create(in: folder.path)
    let second = #expect(throws: BenchmarkFailure.self) { _ = try ResultsFile.create(in: folder.path) }
    #expect(second?.status == .unavailable)
    #expect(throws: BenchmarkFailure.self) { _ = try ResultsFile.open(in: folder.path) }
    try first.append(.header(Fixture.header))
    #expect(try ResultsFile.read(from: folder.path).headers == [Fixture.header])
  }

  @Test func aHistogramComesBackWithTheSamePercentiles() throws {
    var histogram = LatencyHistogram()
    var random = TraceRandom(seed: 1, stream: 1, index: 0)
    for _ in 0..<20_000 {
      histogram.record(nanoseconds: UInt64(1 + random.below(90_000_000_000) >> random.below(30)))
    }
    let data = try JSONEncoder().encode(RecordedHistogram(histogram))
    let back = LatencyHistogram(try JSONDecoder().decode(RecordedHistogram.self, from: data))
    let (left, right) = (LatencySummary(histogram), LatencySummary(back))
    #expect(back.count == histogram.count)
    #expect((left.p50, left.p95, left.p99) == (right.p50, right.p95, right.p99))
    #expect(throws: DecodingError.self) {
      _ = try JSONDecoder().decode(RecordedHistogram.self, from: Data("[1]".utf8))
    }
  }

  @Test func fingerprintsAreComparedByTheListedSubset() throws {
    let arms = [Fingerprint.ArmEnvironment(name: "a", environment: ["fsync": "on"])]
    let one = Fingerprint(machine: Fixture.machine, arms: arms, catalog: "c")
    var other = one
    other.machine.kernel = "Linux 6.1.99-1 x86_64"
    other.machine.memoryBytes = 1
    #expect(other.differences(from: one).isEmpty)
    #expect(other.identifier == one.identifier)
    other.arms[0].environment["fsync"] = "off"
    other.machine.kernel = "Linux 6.2 x86_64"
    #expect(
      other.differences(from: one) == ["kernel: Linux 6.1 then, Linux 6.2 now", "a fsync: on then, off now"])
    #expect(other.identifier != one.identifier)
  }
}
