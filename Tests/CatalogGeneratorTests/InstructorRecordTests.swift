import InstructorStore
import Testing

@testable import CatalogGenerator

@Suite struct InstructorRecordTests {
  /// Made once for all tests.
  private static let shared = Result { try Catalog(seed: 1, instructors: 50_000, courses: 50_000) }
    .map { ($0, $0.instructors(0..<50_000)) }
  private let catalog: Catalog
  private let records: [NewInstructor]

  init() throws { (catalog, records) = try Self.shared.get() }

  @Test func everyRecordIsValid() throws {
    let validation = Validation(CallContext(backend: "test", operation: "test"))
    for record in records { try validation.instructor(record) }
    for number in 0..<1_000 {
      try validation.instructor(catalog.newcomer(number, courses: [.primary(60_000)]))
    }
  }

  @Test func idsAreTheIndexPlusOne() {
    #expect(records.map(\.id) == (1...50_000).map { InstructorID($0) })
  }

  @Test func learnersAreTheSumOverTheCourses() {
    for record in records.prefix(5_000) {
      let sum = record.courses.reduce(0) {
        $0 + catalog.learners(ofCourse: Int($1.courseID.rawValue) - 1)
      }
      #expect(record.learners == sum)
      #expect(record.ratingCount <= record.learners * 27 / 100)
      #expect((record.averageRating == nil) == (record.ratingCount == 0))
    }
  }

  @Test func ratingsAreSkewedAndReachBothEnds() {
    var counts = Array(repeating: 0, count: 51)
    for record in records { if let rating = record.averageRating { counts[rating.tenths] += 1 } }
    let rated = counts.reduce(0, +)
    #expect(rated > 40_000 && rated < 50_000)
    let usual = Double(counts[43...49].reduce(0, +)) / Double(rated)
    #expect((0.75...0.83).contains(usual))
    #expect(counts[0] > 0 && counts[50] > 0)
    #expect(counts[1..<20].reduce(0, +) > 0)
  }

  @Test func namesAreVariedAndNotAllASCII() {
    let fullNames = Set(records.map { "\($0.firstName) \($0.middleInitial ?? "") \($0.lastName)" })
    #expect(fullNames.count > 25_000)
    #expect(Set(records.map(\.firstName)).count > 800)
    #expect(Set(records.map(\.lastName)).count > 2_000)
    let beyondASCII = records.count { record in
      (record.firstName + record.lastName).utf8.contains { $0 > 127 }
    }
    #expect((0.1...0.4).contains(Double(beyondASCII) / 50_000))
    #expect(records.contains { $0.lastName.unicodeScalars.contains { $0.value >= 0x4e00 } })
    #expect(records.contains { $0.lastName.contains("-") })
    #expect(records.contains { $0.lastName.contains("'") })
  }

  @Test func someFieldsAreAbsent() {
    func share(_ field: KeyPath<NewInstructor, String?>) -> Double {
      Double(records.count { $0[keyPath: field] != nil }) / 50_000
    }
    #expect((0.31...0.36).contains(share(\.middleInitial)))
    #expect((0.72...0.77).contains(share(\.academicTitle)))
    #expect((0.90...0.94).contains(share(\.title)))
    #expect((0.94...0.98).contains(share(\.organization)))
  }

  @Test func organizationsAreAFewThousandOfZipfianSize() {
    let counts = Dictionary(grouping: records.compactMap(\.organization)) { $0 }.mapValues(\.count)
    let sizes = counts.values.sorted(by: >)
    #expect((2_000...5_000).contains(sizes.count))
    let total = Double(sizes.reduce(0, +))
    #expect((0.035...0.06).contains(Double(sizes[0]) / total))
    // 1 / (rank + 3): the first is 3.3 times the eighth.
    #expect((2.5...4.3).contains(Double(sizes[0]) / Double(sizes[7])))
  }

  @Test func composedTextsAreDistinctAndComplete() {
    let texts = ComposedTexts(seed: 1)
    #expect(Set(texts.organizations).count == ComposedTexts.organizationCount)
    #expect(texts.organizations.allSatisfy { !$0.contains("*") && !$0.isEmpty })
    let titles = TitleWords.roles.indices.flatMap { role in
      TitleWords.fields.indices.map { texts.title(role: role, field: $0) }
    }
    #expect(Set(titles).count == TitleWords.roles.count * TitleWords.fields.count)
    #expect(titles.contains("Associate Professor of Computational Biology"))
  }

  @Test func wordListsHaveNoBlanksOrDoubles() {
    var lists = [
      TitleWords.academicTitles, TitleWords.roles, TitleWords.fields, TitleWords.standalone,
      OrganizationWords.institutions, OrganizationWords.places, OrganizationWords.companies,
      OrganizationWords.stems, PersonWords.initials,
    ]
    lists += PersonWords.cultures.flatMap { [$0.given, $0.family] }
    for list in lists {
      #expect(Set(list).count == list.count)
      #expect(list.allSatisfy { !$0.isEmpty && $0.first != " " && $0.last != " " && !$0.contains("\n") })
    }
    #expect(PersonWords.cultures.reduce(0) { $0 + $1.share } > 0)
  }
}
