import Foundation
import Testing

/// `dbbench reference`, as small as it gets: what it prints, not what it measures.
@Suite(.serialized) struct ReferenceTests {
  private static let small = ["--instructors", "2000", "--rounds", "1", "--seconds", "0.2"]

  @Test func everyRowOfTheTableIsThere() async throws {
    let output = try await Tool.run(["reference", "--json", "-"] + Self.small)
    // A program that is built for debugging misses its bars.
    #expect([0, 3].contains(output.status), "\(output)")
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(output.standardOutput.utf8)) as? [String: Any])
    let rows = try #require(object["rows"] as? [[String: Any]])
    var measures: [String] = []
    for row in rows {
      measures.append(try #require(row["measure"] as? String))
      #expect((row["reference"] as? String)?.isEmpty == false)
      #expect(try #require(row["ratio"] as? Double) > 0)
      #expect(row["bar"] is Double || row["bar"] is NSNull)
      #expect(row["rounds"] as? Int == 1)
      #expect(try #require(row["ours"] as? Double) > 0)
      #expect(try #require(row["theirs"] as? Double) > 0)
      let runner = row["runner"] as? [String: Any]
      #expect((runner == nil) == (measures.last?.hasSuffix("-load") == true))
      if let runner { #expect(try #require(runner["throughputPerSecond"] as? Double) > 0) }
      #expect(["atLeast", "atMost"].contains(row["comparison"] as? String))
    }
    let operations = [
      "get", "team", "get-1-caller", "get-16-callers", "create", "create-with-courses", "update", "delete",
      "review-create", "load",
    ]
    #expect(
      Set(measures)
        == Set(["postgres", "mongo"].flatMap { backend in operations.map { "\(backend)-\($0)" } }))
    // Reads of PostgreSQL have two references, and so have creates of MongoDB.
    #expect(measures.count == operations.count * 2 + 4)

    let folder = try #require(output.serverFolder)
    #expect(!FileManager.default.fileExists(atPath: folder))
    #expect(Tool.processes(naming: folder).isEmpty)
  }

  @Test func anUnknownMeasureNamesTheNearest() async throws {
    let output = try await Tool.run(["reference", "--measure", "mongo-gte"])
    #expect(output.status == 64)
    #expect(output.errorLines.first?.contains("did you mean 'mongo-get'?") == true, "\(output)")
  }
}
