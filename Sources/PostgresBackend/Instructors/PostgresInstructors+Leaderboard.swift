import DriverKit
import InstructorStore

extension PostgresInstructors {
  private static let leaderboard = Statement(
    """
    SELECT organization, count(*), sum(learners)::bigint AS learners FROM instructors
      WHERE organization IS NOT NULL
      GROUP BY organization ORDER BY learners DESC, organization LIMIT $1::bigint
    """)

  func organizationLeaderboard(limit: Int) async throws(StoreError) -> [OrganizationStanding] {
    let context = try context("instructors.organizationLeaderboard")
    try Validation(context).size(limit, "limit", Limits.leaderboardEntries)
    return try await lease(context, .read) { (connection, call) throws(StoreError) in
      try connection.query(call, Self.leaderboard) { parameters in
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
