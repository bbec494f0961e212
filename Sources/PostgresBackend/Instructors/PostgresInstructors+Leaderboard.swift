import DriverKit
import InstructorStore

extension PostgresInstructors {
  func organizationLeaderboard(limit: Int) async throws(StoreError) -> [OrganizationStanding] {
    let context = try context("instructors.organizationLeaderboard")
    try Validation(context).size(limit, "limit", Limits.leaderboardEntries)
    let statement = statements.reads.leaderboard
    return try await lease(context, .read) { (connection, call) throws(StoreError) in
      try connection.query(call, statement) { parameters in
        parameters.append(Int64(limit))
      } decode: { (result: borrowing PostgresResult) throws(DecodingFailure) in
        var standings: [OrganizationStanding] = []
        standings.reserveCapacity(result.rowCount)
        for row in 0..<result.rowCount {
          standings.append(
            OrganizationStanding(
              organization: try result.text(row, 0), instructors: try result.integer(row, 1),
              learners: try result.integer(row, 2)))
        }
        return standings
      }
    }
  }
}
