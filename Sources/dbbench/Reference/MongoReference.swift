import BenchmarkKit
import InstructorStore

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The C loops over libmongoc, which send the same commands as `MongoBackend` does.
struct MongoReference: ReferenceSide {
  let child: ChildProgram
  let database: String
  let catalog: BenchmarkCatalog
  /// For the dump.
  let folder: String

  init(url: String, database: String, catalog: BenchmarkCatalog, folder: String) {
    child = ChildProgram(url: url)
    self.database = database
    self.catalog = catalog
    self.folder = folder
  }

  private static let threadsThatPrepare = 2
  private static let documentsPerPreparation = 500
  private var file: String { "\(folder)/reference-instructors.bson" }

  func run(
    _ operation: ReferenceOperation, with program: ReferenceProgram, _ amount: ReferenceAmount, segment: Int
  ) async throws -> Double {
    var settings = [
      "threads=\(program.clients)", "batch=\(program.batch)", "limit=\(Limits.teamMembers + 1)",
      "with_courses=\(operation == .createWithCourses ? 1 : 0)",
    ]
    switch amount {
    case .seconds(let seconds): settings.append("seconds=\(seconds)")
    case .operations(let count):
      settings.append("count=\(count)")
      if operation.needsRecords {
        let preparing = [
          "threads=\(Self.threadsThatPrepare)", "batch=\(Self.documentsPerPreparation)", "with_courses=1",
          "count=\(count)",
        ]
        _ = try await loop("create", preparing, segment: segment)
      }
    }
    let name = operation == .createWithCourses ? ReferenceOperation.create : operation
    let (operations, seconds) = try await loop(name.rawValue, settings, segment: segment)
    return operations / seconds
  }

  func reset(after operation: ReferenceOperation) async throws {
    _ = try await loop(operation == .reviewCreate ? "reset-reviews" : "reset", [])
  }

  func dump() async throws { _ = try await loop("dump", ["file=\(file)"]) }

  func load(with program: ReferenceProgram, into schema: String) async throws -> Double {
    try await child.loop(
      ["mongo", "load", "place=\(schema)", "file=\(file)", "threads=\(program.clients)", "count=1"],
      doing: "the C loop over libmongoc (load)"
    ).seconds
  }

  func removeDump() async { try? FileManager.default.removeItem(atPath: file) }

  private func loop(_ operation: String, _ settings: [String], segment: Int = 0) async throws
    -> (operations: Double, seconds: Double)
  {
    try await child.loop(
      [
        "mongo", operation, "place=\(database)", "instructors=\(catalog.instructors)",
        "courses=\(catalog.courses)", "reviewers=\(catalog.reviewers)", "reviews=\(catalog.reviews)",
        "first=\(ReferenceRecords.firstID(segment: segment))",
        "first_course=\(ReferenceRecords.firstCourse(segment: segment))",
        "shared_course=\(ReferenceRecords.firstSharedCourse)",
        "first_sample=\(ReferenceRecords.firstSample(segment: segment))",
      ] + settings, doing: "the C loop over libmongoc (\(operation))")
  }
}
