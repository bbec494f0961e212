import InstructorStore
import Testing

@testable import BenchmarkKit

@Suite struct TraceTests {
  @Test(arguments: KeyDistribution.allCases)
  func operationsDependOnSeedAndIndexAlone(keys: KeyDistribution) throws {
    let catalog = try Fixture.catalog()
    let once = Fixture.prepared(Fixture.context(catalog, keys: keys))
    let again = Fixture.prepared(Fixture.context(catalog, keys: keys))
    for (first, second) in zip(once, again) {
      #expect(first.traceHash(0..<200) == second.traceHash(0..<200), "\(first.name)")
      // Parts in any order make the whole.
      #expect(
        first.traceHash(0..<200) == second.traceHash(120..<200) &+ second.traceHash(0..<120), "\(first.name)")
      #expect(first.traceHash(0..<200) != first.traceHash(200..<400), "\(first.name)")
    }
  }

  @Test func anotherSeedIsAnotherTrace() throws {
    let catalog = try Fixture.catalog()
    let one = try Fixture.prepared("instructor-get", Fixture.context(catalog, seed: 1))
    let two = try Fixture.prepared("instructor-get", Fixture.context(catalog, seed: 2))
    #expect(one.traceHash(0..<100) != two.traceHash(0..<100))
  }

  @Test func hashCountsAnOperationAsOftenAsItRuns() throws {
    let workload = try Fixture.prepared("instructor-get", Fixture.context(Fixture.catalog()))
    #expect(workload.traceHash(3..<4) &+ workload.traceHash(3..<4) != workload.traceHash(3..<5))
  }

  @Test(arguments: [1, 3, 16])
  func executedHashIsTheSameWithAnyNumberOfTasks(concurrency: Int) async throws {
    let catalog = try Fixture.catalog()
    let store = try await Fixture.loadedStore(catalog)
    for workload in Fixture.prepared(Fixture.context(catalog)) {
      let slice = 10..<510
      try await workload.prepare(slice, store)
      let result = await workload.runSlice(
        SliceRequest(operations: slice, concurrency: concurrency), store)
      #expect(result.traceHash == workload.traceHash(slice), "\(workload.name)")
      #expect(result.ledger.succeeded == 500, "\(workload.name): \(result.ledger)")
      try await workload.restore(result.touched, store)
    }
  }

  @Test(arguments: KeyDistribution.allCases)
  func keysAreWithinTheCatalog(keys: KeyDistribution) throws {
    let catalog = try Fixture.catalog(instructors: 10, courses: 30)
    let instructors = catalog.instructorKeys(keys, seed: 3)
    let courses = catalog.courseKeys(keys)
    var random = TraceRandom(seed: 1, stream: 2, index: 3)
    var seen: (Set<Int>, Set<Int>) = ([], [])
    for _ in 0..<2_000 {
      seen.0.insert(instructors.next(&random))
      seen.1.insert(courses.next(&random))
    }
    #expect(seen.0 == Set(0..<10))
    #expect(seen.1 == Set(0..<30))
  }

  @Test func zipfianKeysPreferAFew() throws {
    let catalog = try Fixture.catalog(instructors: 1_000, courses: 1_000)
    let keys = catalog.instructorKeys(.zipfian, seed: 3)
    var counts: [Int: Int] = [:]
    var random = TraceRandom(seed: 1, stream: 2, index: 3)
    for _ in 0..<10_000 { counts[keys.next(&random), default: 0] += 1 }
    // The most popular of 1,000 gets 13% of all draws; uniform keys would get 0.1%.
    #expect((1_100...1_500).contains(counts.values.max() ?? 0))
  }

  @Test func idsOfDifferentPurposesNeverMeet() throws {
    let context = Fixture.context(try Fixture.catalog())
    let create = InstructorCreate(context)
    let delete = InstructorDelete(context)
    let last = IdentifierSpace.operationsPerWorkload - 1
    let created = [0, last].map { create.operation($0).new.id?.rawValue ?? 0 }
    let deleted = [0, last].map { delete.operation($0).id.rawValue }
    let probes = ProbeSequence.instructorIDs.map(\.rawValue)
    #expect(created[1] < deleted[0])
    #expect(deleted[1] < (probes.min() ?? 0))
    #expect(Limits.identifiers.contains(probes.max() ?? 0))
    #expect(created[0] > Int64(BenchmarkLimits.mostInstructors))
  }
}

private enum BenchmarkLimits {
  static let mostInstructors = 1_000_000_000
}
