import InstructorStore
import Testing

@testable import MongoBackend

/// What the server says it did for every operation, as its profiler wrote it down.
@Suite(.serialized)
struct QueryPlanTests {
  private func profile(_ store: MongoStore, _ body: () async throws -> Void) async throws -> [Profile] {
    try await Profile.take(of: Collections.instructors, store, body)
  }

  @Test("Every read walks an index as far as it returns, sorts nothing in memory, and is one exchange")
  func reads() async throws {
    try await MongoTestServer.withStore { store in
      let all = try await Self.fill(store)
      let instructors = store.instructors
      let course = try #require(all.first { !$0.courses.isEmpty }?.courses.first?.courseID)
      let filters = [
        InstructorFilter.all, InstructorFilter(lastNamePrefix: "L1"), InstructorFilter(organization: "org 3"),
        InstructorFilter(organization: "org 3", lastNamePrefix: "L"),
      ]
      let single = try await profile(store) {
        _ = try await instructors.get(all[7].id)
        _ = try? await instructors.get(InstructorID(1 << 50))
        _ = try await instructors.primary(of: course)
        _ = try await instructors.team(of: course)
        _ = try await instructors.get(all.prefix(300).map(\.id))
      }
      #expect(single.count == 5)
      let pages = try await profile(store) {
        for filter in filters {
          var cursor: PageCursor?
          for _ in 0..<3 {
            let page = try await instructors.list(filter, after: cursor, limit: 10)
            cursor = page.next
          }
        }
      }
      #expect(pages.count == 12)
      let counts = try await profile(store) {
        for filter in filters { _ = try await instructors.count(filter, upTo: 50) }
      }
      #expect(counts.count == 4)
      for profile in single + pages + counts {
        let plan = profile.planSummary ?? "none"
        #expect(
          plan.hasPrefix("IXSCAN") || plan.hasPrefix("IDHACK") || plan.hasPrefix("COUNT_SCAN"), "\(profile)")
        #expect(profile.hasSortStage != true, "\(profile)")
      }
      for profile in single + pages {
        // One key more is where a scan sees that it is at the end.
        #expect((profile.keysExamined ?? .max) <= (profile.nreturned ?? 0) + 2, "\(profile)")
        #expect((profile.docsExamined ?? .max) <= (profile.nreturned ?? 0) + 1, "\(profile)")
      }
      for profile in counts {
        #expect((profile.keysExamined ?? .max) <= 51, "\(profile)")
        #expect(profile.docsExamined == 0, "\(profile)")
      }
    }
  }

  @Test("Every write finds its document by id")
  func writes() async throws {
    try await MongoTestServer.withStore { store in
      let all = try await Self.fill(store)
      let instructors = store.instructors
      let id = all[7].id
      let profiles = try await profile(store) {
        _ = try await instructors.update(id, InstructorPatch(learners: 5), ifVersion: nil)
        _ = try await instructors.assign(.primary(CourseID(1 << 40)), to: id, ifVersion: nil)
        _ = try await instructors.unassign(CourseID(1 << 40), from: id, ifVersion: nil)
        _ = try await instructors.replacePrimary(of: CourseID(1 << 41), with: id)
        try await instructors.delete(id, ifVersion: nil)
      }
      #expect(profiles.count >= 5)
      for profile in profiles {
        let plan = profile.planSummary ?? "none"
        #expect(plan.contains("IDHACK") || plan.contains("_id: 1"), "\(profile)")
        #expect((profile.docsExamined ?? .max) <= 2, "\(profile)")
      }
    }
  }

  private static func fill(_ store: MongoStore) async throws -> [Instructor] {
    let load = BulkLoad(
      instructors: BulkSource(count: 3_000) { range in
        range.map { index in
          NewInstructor(
            id: InstructorID(Int64(index) + 1), firstName: "F\(index % 17)", lastName: "L\(index % 50)",
            organization: index % 9 == 0 ? nil : "org \(index % 9)",
            courses: [
              .primary(CourseID(Int64(index) + 1)), .assistant(CourseID(Int64((index + 1) % 3_000) + 1)),
            ])
        }
      })
    _ = try await store.bulkLoad(load)
    return try await store.instructors.get((1...1_000).map { InstructorID($0) }).compactMap { $0 }
  }
}
