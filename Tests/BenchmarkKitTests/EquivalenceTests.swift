import CatalogGenerator
import InstructorStore
import StoreDecorators
import Testing

@testable import BenchmarkKit

@Suite struct EquivalenceTests {
  private func gate(_ catalog: BenchmarkCatalog, seed: UInt64 = 7) -> EquivalenceGate {
    EquivalenceGate(
      catalog: catalog, seed: seed, workloads: Fixture.prepared(Fixture.context(catalog, seed: seed)))
  }

  /// The failure of a gate between a sound store and one that is broken as given.
  private func failure(_ broken: (any InstructorRepository) -> any InstructorRepository) async throws
    -> BenchmarkFailure?
  {
    let catalog = try Fixture.catalog()
    let sound = try await Fixture.loadedStore(catalog)
    let other = try await Fixture.loadedStore(catalog)
    let decorated = DecoratedStore(base: other, name: "decorated", instructors: broken(other.instructors))
    do {
      _ = try await gate(catalog).check(sound, decorated)
      return nil
    } catch let failure as BenchmarkFailure {
      return failure
    }
  }

  @Test(arguments: [UInt64(1), 2, 3])
  func equalStoresPassAndAreLeftAsTheyWere(seed: UInt64) async throws {
    let catalog = try Fixture.catalog()
    let left = try await Fixture.loadedStore(catalog)
    let right = try await Fixture.loadedStore(catalog)
    let passed = try await gate(catalog, seed: seed).check(left, right)
    #expect(
      passed.operations == 2 * 400 + 16 * EquivalenceGate.operationsPerWorkload
        + EquivalenceGate.operationsPerLongQuery)
    for store in [left, right] { try await Invariants(catalog: catalog, seed: seed).check(store) }
  }

  @Test func mixesAreComparedWithEveryPartOfThem() async throws {
    let catalog = try Fixture.catalog()
    let left = try await Fixture.loadedStore(catalog)
    let right = try await Fixture.loadedStore(catalog)
    let entries = try Verification.allEntries()
    #expect(Set(MixLibrary.names).isSubset(of: entries.map(\.name)))
    let workloads = Fixture.settings(catalog).prepared(entries)
    let gate = EquivalenceGate(catalog: catalog, seed: 7, workloads: workloads, probeSteps: 0)
    let passed = try await gate.check(left, right)
    #expect(passed.operations == workloads.reduce(0) { $0 + max($1.isLongQuery ? 4 : 40, $1.period) })
    for store in [left, right] { try await Invariants(catalog: catalog, seed: 7).check(store) }
    // One operation in a hundred is of this kind, and wrong.
    let mix = try MixLibrary.find("course-page")
    let prepared = Fixture.settings(catalog).prepared([mix.entry()])
    let other = DecoratedStore(
      base: right, name: "decorated", instructors: ForgottenUpdates(base: right.instructors))
    let failure = await #expect(throws: BenchmarkFailure.self) {
      try await EquivalenceGate(catalog: catalog, seed: 7, workloads: prepared, probeSteps: 0)
        .check(left, other)
    }
    #expect(failure?.status == .mismatch)
    #expect(failure?.message.contains("of workload course-page") == true)
  }

  @Test func aForgottenOrderIsFound() async throws {
    let failure = try #require(try await failure { WrongOrder(base: $0) })
    #expect(failure.status == .mismatch)
    #expect(failure.message.contains("list("))
    #expect(failure.message.contains("decorated") && failure.message.contains("memory"))
  }

  @Test func aSwallowedConflictIsFound() async throws {
    let failure = try #require(try await failure { SwallowedConflict(base: $0) })
    #expect(failure.status == .mismatch)
    #expect(failure.message.contains("create"))
    #expect(failure.message.contains("error conflict [instructor_id]"))
  }

  @Test func aRoundedAverageIsFound() async throws {
    let failure = try #require(try await failure { RoundedAverages(base: $0) })
    #expect(failure.status == .mismatch)
    #expect(failure.message.contains("get"))
  }

  @Test func textsThatOnlyLookAlikeDiffer() {
    #expect(CanonicalText.text("\u{E9}") != CanonicalText.text("e\u{301}"))
    #expect(CanonicalText.text(nil) != CanonicalText.text("-"))
    #expect(CanonicalText.text("a\"b") == #""a\"b""#)
  }

  @Test func callsOfTheGateMayTakeAsLongAsALongQuery() async throws {
    let catalog = try Fixture.catalog()
    let sound = try await Fixture.loadedStore(catalog)
    let store = try await Fixture.loadedStore(catalog)
    let hurried = CallCounter()
    let observed = ObservedGets(base: store.instructors) { _ in
      if (StoreTimeout.current ?? .zero) < .seconds(60) { _ = hurried.next() }
    }
    let passed = try await gate(catalog).check(
      sound, DecoratedStore(base: store, instructors: observed))
    #expect(passed.operations > 0 && observed.calls.value > 0 && hurried.value == 0)
    let late = StoreError(.timeout(.response), operation: "x", backend: "y", reason: "no answer in time")
    let failure = BenchmarkFailure(late, during: "z")
    #expect(failure.status == .unavailable && failure.advice.contains("took longer"))
  }

  @Test func digestsSeeAllButVersions() throws {
    let catalog = try Fixture.catalog()
    let instructor = catalog.stored(3)
    var newer = instructor
    newer.version += 1
    var other = instructor
    other.learners += 1
    #expect(instructor.digest == newer.digest && instructor.digest != other.digest)
    let review = catalog.review(5)
    var newerReview = review
    newerReview.version += 1
    let rating = catalog.generated.rating(ofCourse: 2)
    var newerRating = rating
    newerRating.version += 1
    var otherRating = rating
    otherRating.reviews[review.stars] += 1
    #expect(rating.digest == newerRating.digest && rating.digest != otherRating.digest)
    let page = Page(items: [review, catalog.review(6)], next: nil)
    #expect(page.digest == Page(items: [newerReview, catalog.review(6)], next: nil).digest)
    #expect(page.digest != Page(items: [catalog.review(6), review], next: nil).digest)
    #expect(page.digest != Page(items: page.items, next: PageCursor(token: "x")).digest)
    let summary = CourseSummary(rating: rating, reviews: page)
    #expect(summary.digest != CourseSummary(rating: otherRating, reviews: page).digest)
    let team = CourseTeam(courseID: 1, primary: instructor, assistants: [])
    #expect(team.digest == CourseTeam(courseID: 1, primary: newer, assistants: []).digest)
    #expect(team.digest != CourseTeam(courseID: 1, primary: nil, assistants: [instructor]).digest)
    let absent: Instructor? = nil
    #expect(absent.digest != Instructor?.some(instructor).digest)
  }

  @Test func aSequenceMeetsEveryKindOfAnswer() async throws {
    let catalog = try Fixture.catalog()
    let store = try await Fixture.loadedStore(catalog)
    let sequence = ProbeSequence(catalog: catalog, seed: 7)
    var cursors = ProbeCursors()
    var answers: Set<String> = []
    for index in 0..<EquivalenceGate.defaultProbeSteps {
      let answer = await sequence.step(index, on: store.instructors, &cursors).answer
      answers.insert(String(answer.prefix { $0 != " " }) == "error" ? String(answer.prefix(40)) : "value")
    }
    let text = answers.joined(separator: "\n")
    for expected in [
      "value", "conflict [instructor_id]", "conflict [primary_of_course]", "conflict [course_assignment]",
      "conflict [version]", "notFound", "referenceViolation", "invalidArgument",
    ] { #expect(text.contains(expected), "\(expected) never came up") }
  }

  @Test func aWriteThatWasNotUndoneIsFoundAfterwards() async throws {
    let catalog = try Fixture.catalog()
    let store = try await Fixture.loadedStore(catalog)
    let invariants = Invariants(catalog: catalog, seed: 1)
    try await invariants.check(store)
    _ = try await store.instructors.update(5, InstructorPatch(learners: 123_456_789))
    let changed = await #expect(throws: BenchmarkFailure.self) { try await invariants.check(store) }
    #expect(changed?.status == .mismatch)
    #expect(changed?.message.contains("instructor 5 is") == true)
  }

  @Test func aSurplusInstructorIsFoundAfterwards() async throws {
    let catalog = try Fixture.catalog()
    let store = try await Fixture.loadedStore(catalog)
    _ = try await store.instructors.create(NewInstructor(firstName: "One", lastName: "Toomany"))
    let failure = await #expect(throws: BenchmarkFailure.self) {
      try await Invariants(catalog: catalog, seed: 1).check(store)
    }
    #expect(failure?.message.contains("more than 300 instructors") == true)
  }
}
