import DriverKit
import InstructorStore

extension MongoInstructors {
  /// One aggregation over the whole collection: no index has both fields, and one that had would cost every write.
  func organizationLeaderboard(limit: Int) async throws(StoreError) -> [OrganizationStanding] {
    try await core.run(core.call("instructors.organizationLeaderboard"), .read) {
      (validation) throws(StoreError) in
      try validation.size(limit, "limit", Limits.leaderboardEntries)
    } _: { connection, call throws(StoreError) in
      try connection.attempt(call) { () throws(CommandFailure) in
        try connection.leaderboard(limit: limit, call)
      }
    }
  }
}

extension MongoConnection {
  fileprivate func leaderboard(limit: Int, _ call: MongoCall) throws(CommandFailure) -> [OrganizationStanding]
  {
    var standings: [OrganizationStanding] = []
    try aggregate(Collections.instructors, .snapshotRead, call, limit: limit) { writer in
      writer.array("pipeline") { writer in
        writer.document(at: 0) { writer in
          writer.document("$match") { writer in
            writer.document("organization") { $0.append("$exists", true) }
          }
        }
        writer.document(at: 1) { writer in
          writer.document("$group") { writer in
            writer.append("_id", "$organization" as StaticString)
            writer.document("instructors") { $0.append("$sum", Int64(1)) }
            writer.document("learners") { $0.append("$sum", "$learners" as StaticString) }
          }
        }
        // Without a collation texts are compared by their bytes.
        writer.document(at: 2) { writer in
          writer.document("$sort") { writer in
            writer.append("learners", Int32(-1))
            writer.append("_id", Int32(1))
          }
        }
        writer.document(at: 3) { $0.append("$limit", Int64(limit)) }
      }
      // Millions of fetches in the order of an index would take longer than reading everything.
      writer.document("hint") { $0.append("$natural", Int32(1)) }
      writer.append("allowDiskUse", true)
    } each: { (document) throws(CorruptDocument) in
      var organization: String?
      var instructors: Int64?
      var learners: Int64?
      var reader = BSONReader(document)
      while let field = try reader.next() {
        if field.isNamed("_id") { organization = try field.text() }
        if field.isNamed("instructors") { instructors = try field.int64() }
        if field.isNamed("learners") { learners = try field.int64() }
      }
      guard let organization, let instructors, let learners else {
        throw CorruptDocument(reason: "a field of a standing is missing")
      }
      standings.append(
        OrganizationStanding(organization: organization, instructors: instructors, learners: learners))
    }
    return standings
  }
}
