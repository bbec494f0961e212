import InstructorStore
import Testing

@testable import CatalogGenerator

@Suite struct CourseRelationTests {
  private struct Assignment: Hashable {
    let course: Int
    let instructor: Int
    let role: CourseRole
  }

  private static let sizes = [
    (1, 1), (1, 100), (2, 1), (2, 7), (3, 100), (3, 2), (4, 4), (4, 399), (5, 1), (5, 17), (10, 1_000),
    (1_000, 10), (1_000, 1), (64, 64), (63, 65), (65, 129), (1_000, 100_000), (4_096, 8_191),
    (100_000, 100_000),
  ]

  @Test(arguments: sizes)
  func bothSidesTellTheSame(instructors: Int, courses: Int) throws {
    let catalog = try Catalog(seed: 42, instructors: instructors, courses: courses)
    var fromCourses = Set<Assignment>()
    for course in 0..<courses {
      let primary = catalog.primaryIndex(ofCourse: course)
      fromCourses.insert(Assignment(course: course, instructor: primary, role: .primary))
      for assistant in catalog.assistantIndexes(ofCourse: course) {
        fromCourses.insert(Assignment(course: course, instructor: assistant, role: .assistant))
      }
    }
    var fromInstructors = Set<Assignment>()
    for instructor in 0..<instructors {
      let assignments = catalog.relation.assignments(ofInstructor: UInt64(instructor))
      #expect(zip(assignments, assignments.dropFirst()).allSatisfy { $0.courseID < $1.courseID })
      for assignment in assignments {
        fromInstructors.insert(
          Assignment(
            course: Int(assignment.courseID.rawValue) - 1, instructor: instructor, role: assignment.role))
      }
    }
    #expect(fromCourses == fromInstructors)
    #expect(fromCourses.count == catalog.assignmentCount)
  }

  @Test(arguments: sizes)
  func everyTeamIsDistinctAndOfTheRightSize(instructors: Int, courses: Int) throws {
    let catalog = try Catalog(seed: 7, instructors: instructors, courses: courses)
    let limit = min(3, instructors - 1)
    for course in 0..<courses {
      let team = [catalog.primaryIndex(ofCourse: course)] + catalog.assistantIndexes(ofCourse: course)
      #expect(Set(team).count == team.count)
      #expect(team.count <= 1 + limit)
      #expect(team.allSatisfy((0..<instructors).contains))
    }
  }

  @Test(arguments: sizes)
  func primariesAreSharedOutEvenlyAndNobodyHasTooManyCourses(instructors: Int, courses: Int) throws {
    let catalog = try Catalog(seed: 3, instructors: instructors, courses: courses)
    var primaries = Array(repeating: 0, count: instructors)
    for course in 0..<courses { primaries[catalog.primaryIndex(ofCourse: course)] += 1 }
    #expect(primaries.allSatisfy { $0 == courses / instructors || $0 == (courses - 1) / instructors + 1 })
    for instructor in 0..<instructors {
      #expect(catalog.relation.assignments(ofInstructor: UInt64(instructor)).count <= 400)
    }
  }

  @Test(arguments: [1, 2, 99] as [UInt64])
  func coursesHaveOneAndAHalfAssistantsOnAverage(seed: UInt64) throws {
    let catalog = try Catalog(seed: seed, instructors: 100_000, courses: 100_000)
    var teams = Array(repeating: 0, count: 4)
    for course in 0..<100_000 { teams[catalog.assistantIndexes(ofCourse: course).count] += 1 }
    let assistants = teams.enumerated().reduce(0) { $0 + $1.offset * $1.element }
    #expect(abs(Double(assistants) / 100_000 - 1.5) < 0.02)
    #expect(teams.allSatisfy { $0 > 24_000 && $0 < 26_000 })
  }

  /// An instructor of many courses meets others on each of them, not the same team again.
  @Test func teamsVaryFromRoundToRound() throws {
    let catalog = try Catalog(seed: 1, instructors: 1_000, courses: 20_000)
    var colleagues = Set<Int>()
    for course in 0..<20_000 where catalog.primaryIndex(ofCourse: course) == 0 {
      colleagues.formUnion(catalog.assistantIndexes(ofCourse: course))
    }
    #expect(colleagues.count > 15)
  }

  @Test func totalsOfLargeCatalogsNeedNoGeneration() throws {
    let catalog = try Catalog(seed: 1, instructors: 1_000_000_000, courses: 1_000_000_000)
    #expect(catalog.assistantCount == 1_500_000_000)
    #expect(catalog.assignmentCount == 2_500_000_000)
  }

  @Test func learnersFollowZipfsLawOverTheCourses() throws {
    let courses = 20_000
    let catalog = try Catalog(seed: 5, instructors: 1_000, courses: courses)
    let byPopularity = (0..<courses).map { catalog.course(ofPopularityRank: $0) }
    #expect(byPopularity.sorted() == Array(0..<courses))
    #expect(
      byPopularity.enumerated().allSatisfy { catalog.popularityRank(ofCourse: $0.element) == $0.offset })
    let learners = byPopularity.map { catalog.learners(ofCourse: $0) }
    for rank in [1, 9, 99, 999] {
      #expect(abs(Double(learners[0]) / Double(learners[rank]) / Double(rank + 1) - 1) < 0.01)
    }
    #expect((0..<courses - 1).allSatisfy { learners[$0] >= learners[$0 + 1] })
    let mean = Double(learners.reduce(0, +)) / Double(courses)
    #expect(abs(mean - 150) < 1)
  }
}
