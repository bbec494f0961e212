import Foundation
import InstructorStore
import Testing

/// The README's example compiles, is the one in this folder, and does what its comments say.
struct ReadmeTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()

  @Test func readmeHoldsTheCompiledExample() throws {
    let readme = try String(contentsOf: Self.folder.appending(path: "../../README.md"), encoding: .utf8)
    let source = try String(contentsOf: Self.folder.appending(path: "ReadmeExample.swift"), encoding: .utf8)
    let start = try #require(source.range(of: "func quickStart"))
    #expect(readme.contains("```swift\n" + source[start.lowerBound...] + "```"))
  }

  @Test func exampleRuns() async throws {
    let store = InMemoryStore()
    try await quickStart(store)
    let team = try await store.instructors.team(of: 42)
    #expect(team.primary?.lastName == "Turing" && team.assistants.isEmpty)
    await store.close()
  }
}
