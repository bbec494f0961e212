import InstructorStore
import Testing

@testable import CatalogGenerator

@Suite struct CatalogTests {
  private func stored(_ record: NewInstructor) -> Instructor { Instructor(record, id: record.id ?? 0) }

  @Test func theSameSeedAndSizesGiveTheSameCatalog() throws {
    let one = try Catalog(seed: 9, instructors: 3_000, courses: 5_000)
    let two = try Catalog(seed: 9, instructors: 3_000, courses: 5_000)
    #expect(one.instructors(0..<3_000).map(stored) == two.instructors(0..<3_000).map(stored))
    #expect(one.fingerprint == two.fingerprint)
  }

  @Test func aRecordAloneEqualsTheOneInAnyRangeOnAnyThread() async throws {
    let catalog = try Catalog(seed: 2, instructors: 10_000, courses: 12_000)
    let whole = catalog.instructors(0..<10_000).map(stored)
    #expect((0..<10_000).reversed().map { stored(catalog.instructor($0)) } == Array(whole.reversed()))
    await withTaskGroup(of: Bool.self) { group in
      for start in stride(from: 0, to: 10_000, by: 333) {
        group.addTask {
          let end = min(start + 333, 10_000)
          return catalog.instructorSource.records(start..<end).map(stored) == Array(whole[start..<end])
        }
      }
      for await equal in group { #expect(equal) }
    }
    #expect(catalog.instructorSource.count == 10_000)
    #expect(catalog.instructors(5..<5).isEmpty)
  }

  @Test func seedsAndSizesChangeTheFingerprint() throws {
    let fingerprints = try [(1, 100, 100), (2, 100, 100), (1, 101, 100), (1, 100, 101)].map {
      try Catalog(seed: $0.0, instructors: $0.1, courses: $0.2).fingerprint
    }
    #expect(Set(fingerprints).count == 4)
    #expect(fingerprints.allSatisfy { $0.utf8.count == 16 })
  }

  @Test func contentHashesOfPartsAddUp() throws {
    let catalog = try Catalog(seed: 4, instructors: 500, courses: 400)
    let whole = catalog.contentHash(of: 0..<500)
    #expect(whole == catalog.contentHash(of: 0..<123) &+ catalog.contentHash(of: 123..<500))
    #expect(catalog.contentHash(of: 0..<0) == 0)
  }

  @Test func contentHashSeesEveryField() throws {
    let catalog = try Catalog(seed: 4, instructors: 500, courses: 400)
    var instructor = try #require(catalog.expectedInstructor(7))
    instructor.middleInitial = "A"
    instructor.averageRating = AverageRating(tenths: 43)
    instructor.courses = [.primary(5)]
    let changes: [(inout Instructor) -> Void] = [
      { $0.id = 8 }, { $0.firstName += "x" }, { $0.middleInitial = nil }, { $0.middleInitial = "" },
      { $0.lastName += "x" }, { $0.academicTitle = "x" }, { $0.title = "x" }, { $0.organization = "x" },
      { $0.learners += 1 }, { $0.averageRating = nil }, { $0.ratingCount += 1 },
      { $0.courses = [.assistant(5)] }, { $0.courses = [.primary(6)] }, { $0.courses = [] },
    ]
    var hashes: Set<UInt64> = [Catalog.contentHash(of: instructor)]
    for change in changes {
      var changed = instructor
      change(&changed)
      hashes.insert(Catalog.contentHash(of: changed))
    }
    #expect(hashes.count == changes.count + 1)
    var newer = instructor
    newer.version = 5
    #expect(Catalog.contentHash(of: newer) == Catalog.contentHash(of: instructor))
  }

  @Test func expectationsAnswerLikeAStore() throws {
    let catalog = try Catalog(seed: 6, instructors: 300, courses: 200)
    #expect(catalog.expectedInstructor(0) == nil)
    #expect(catalog.expectedInstructor(301) == nil)
    #expect(catalog.expectedInstructor(InstructorID(.max)) == nil)
    #expect(catalog.expectedTeam(of: 0) == nil)
    #expect(catalog.expectedTeam(of: 201) == nil)
    for id in 1...200 as ClosedRange<Int64> {
      let team = try #require(catalog.expectedTeam(of: CourseID(id)))
      let primary = try #require(team.primary)
      #expect(primary == catalog.expectedInstructor(primary.id))
      #expect(primary.courses.contains(.primary(CourseID(id))))
      #expect(team.assistants.allSatisfy { $0.courses.contains(.assistant(CourseID(id))) })
      #expect(zip(team.assistants, team.assistants.dropFirst()).allSatisfy { $0.id < $1.id })
    }
  }

  @Test func newcomersAreBeyondTheCatalog() throws {
    let catalog = try Catalog(seed: 6, instructors: 300, courses: 200)
    let newcomer = catalog.newcomer(4, courses: [.primary(900)])
    #expect(newcomer.id == 305)
    #expect(newcomer.courses == [.primary(900)])
    #expect(newcomer.learners == 0 && newcomer.ratingCount == 0 && newcomer.averageRating == nil)
    #expect(!newcomer.firstName.isEmpty && !newcomer.lastName.isEmpty)
  }

  @Test(arguments: [0, -1, .min, 1_000_000_001, .max])
  func badSizesAreRefused(size: Int) {
    #expect(throws: CatalogError.instructors(size)) { try Catalog(seed: 1, instructors: size, courses: 10) }
    #expect(throws: CatalogError.courses(size)) { try Catalog(seed: 1, instructors: 10, courses: size) }
  }

  @Test func tooManyCoursesForTheInstructorsAreRefused() throws {
    _ = try Catalog(seed: 1, instructors: 10, courses: 1_000)
    let error = #expect(throws: CatalogError.self) { try Catalog(seed: 1, instructors: 10, courses: 1_001) }
    #expect(error == .coursesPerInstructor(courses: 1_001, instructors: 10))
    #expect(error?.description == "1001 courses are too many for 10 instructors: use at least 11 instructors")
  }

  @Test func theRateIsMeasuredOnCatalogsOfAnySize() throws {
    let tiny = try Catalog(seed: 1, instructors: 3, courses: 2)
    #expect(tiny.measureInstructorsPerSecond(records: 100) > 0)
  }
}
