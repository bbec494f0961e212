import InstructorStore
import Testing

@testable import MongoBackend

/// What the database itself refuses, whoever writes.
@Suite(.serialized)
struct ValidatorTests {
  private static func insert(
    _ store: MongoStore, _ change: @escaping @Sendable (inout BSONWriter) -> Void
  ) async -> Int32 {
    do throws(StoreError) {
      try await store.command { writer in
        writer.append("insert", Collections.instructors)
        writer.array("documents") { $0.document(at: 0, change) }
      }
      return 0
    } catch {
      return (error.underlying as? MongoDriverError)?.code ?? -1
    }
  }

  private static func base(_ writer: inout BSONWriter, id: Int64, without: String = "") {
    writer.append("_id", id)
    if without != "version" { writer.append("version", Int64(1)) }
    if without != "firstName" { writer.append("firstName", "A" as String) }
    if without != "lastName" { writer.append("lastName", "B" as String) }
    if without != "learners" { writer.append("learners", Int64(0)) }
    writer.append("ratingCount", Int64(0))
  }

  @Test func refusesWhatThisLibraryWouldNotWrite() async throws {
    try await MongoTestServer.withStore { store in
      // Outside of #expect: a closure in there and the first of this function get the same symbol (Swift 6.3.1).
      let good = await Self.insert(store) { Self.base(&$0, id: 1) }
      #expect(good == 0)
      let bad: [(String, @Sendable (inout BSONWriter) -> Void)] = [
        ("no version", { Self.base(&$0, id: 2, without: "version") }),
        ("no last name", { Self.base(&$0, id: 2, without: "lastName") }),
        ("id of zero", { Self.base(&$0, id: 0) }),
        ("id of 2^62", { Self.base(&$0, id: 1 << 62) }),
        (
          "empty title",
          {
            Self.base(&$0, id: 2)
            $0.append("title", "" as String)
          }
        ),
        (
          "rating of 51",
          {
            Self.base(&$0, id: 2)
            $0.append("averageRatingTenths", Int32(51))
          }
        ),
        (
          "rating as long",
          {
            Self.base(&$0, id: 2)
            $0.append("averageRatingTenths", Int64(5))
          }
        ),
        (
          "empty courses",
          {
            Self.base(&$0, id: 2)
            $0.array("primaryOf") { _ in }
          }
        ),
        (
          "a course twice",
          {
            Self.base(&$0, id: 2)
            $0.array("primaryOf") { writer in
              writer.append(at: 0, Int64(42))
              writer.append(at: 1, Int64(42))
            }
          }
        ),
        (
          "a course as text",
          {
            Self.base(&$0, id: 2)
            $0.array("assists") { $0.append(at: 0, "42") }
          }
        ),
        (
          "courses as a number",
          {
            Self.base(&$0, id: 2)
            $0.append("assists", Int64(42))
          }
        ),
        (
          "501 courses",
          {
            Self.base(&$0, id: 2)
            $0.array("assists") { writer in
              for index in 0...500 { writer.append(at: index, Int64(index + 1)) }
            }
          }
        ),
      ]
      for (what, change) in bad {
        let code = await Self.insert(store, change)
        #expect(code == 121, "\(what): \(code)")
      }
    }
  }

  @Test("An instructor that loses its last course can be followed by another that does")
  func emptiedArraysDoNotCollide() async throws {
    try await MongoTestServer.withStore { store in
      for course in 1...3 {
        let id = CourseID(Int64(course))
        let created = try await store.instructors.create(
          NewInstructor(firstName: "A", lastName: "B", courses: [.primary(id)]))
        let emptied = try await store.instructors.unassign(id, from: created.id)
        #expect(emptied.courses.isEmpty)
        let json = try await store.command { writer in
          writer.append("find", Collections.instructors)
          writer.document("filter") { $0.append("_id", created.id.rawValue) }
        }
        #expect(!json.contains("primaryOf") && !json.contains("assists"))
      }
    }
  }

  @Test("Both rules broken at once: the id is named first, whatever the server looked at first")
  func idBeforePrimary() async throws {
    try await MongoTestServer.withStore { store in
      _ = try await store.instructors.create(
        NewInstructor(id: 5, firstName: "A", lastName: "B", courses: [.primary(1)]))
      let conflicting = NewInstructor(id: 5, firstName: "A", lastName: "B", courses: [.primary(1)])
      await #expect {
        _ = try await store.instructors.create(conflicting)
      } throws: { ($0 as? StoreError)?.constraint == .instructorID }
      await #expect {
        _ = try await store.instructors.createMany([conflicting])
      } throws: { ($0 as? StoreError)?.constraint == .instructorID && ($0 as? StoreError)?.index == 0 }
    }
  }

  @Test("A document that this library can't have written is corruptData, not a crash")
  func corruptDataIsTold() async throws {
    try await MongoTestServer.withStore { store in
      try await store.command { writer in
        writer.append("insert", Collections.instructors)
        writer.append("bypassDocumentValidation", true)
        writer.array("documents") { writer in
          writer.document(at: 0) { writer in
            writer.append("_id", Int64(9))
            writer.append("lastName", Int64(1))
            writer.array("primaryOf") { $0.append(at: 0, Int64(77)) }
          }
        }
      }
      for read: @Sendable () async throws -> Void in [
        { _ = try await store.instructors.get(9) },
        { _ = try await store.instructors.get([1, 9]) },
        { _ = try await store.instructors.primary(of: 77) },
        { _ = try await store.instructors.team(of: 77) },
        { _ = try await store.instructors.list(limit: 5) },
      ] {
        await #expect { try await read() } throws: { ($0 as? StoreError)?.code == .corruptData }
      }
      try await store.ping()
    }
  }
}
