/// One rule of the contract, as something that can be run and can fail.
public struct ConformanceCase: Sendable, CustomStringConvertible {
  /// Stable and unique, for example `instructors.create/explicit-id-taken`.
  public let name: String
  /// The rule in a sentence.
  public let summary: String
  /// Throws a ``ConformanceFailure`` where the backend breaks the rule; any other error is a failure too.
  public let run: @Sendable (ConformanceContext) async throws -> Void

  public init(
    _ name: String, _ summary: String, run: @escaping @Sendable (ConformanceContext) async throws -> Void
  ) {
    self.name = name
    self.summary = summary
    self.run = run
  }

  public var description: String { name }
}
