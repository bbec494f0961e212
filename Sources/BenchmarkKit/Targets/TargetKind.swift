/// A DBMS that can be benchmarked, and how to address a place on it. `dbbench` has a list of them; a new
/// backend is one more element there.
public struct TargetKind: Sendable {
  public let name: String
  public let displayName: String
  /// A place called `schema` on the server at `url` (a schema, or a database), which need not exist. Must not
  /// connect. Its stores ask for what the profile says as far as a client can.
  ///
  /// - Throws: ``BenchmarkFailure`` with ``ExitStatus/usage`` where the URL can't be one of this DBMS.
  public let target:
    @Sendable (_ url: String, _ schema: String, _ durability: DurabilityProfile) throws -> any BenchmarkTarget

  public init(
    name: String, displayName: String,
    target:
      @escaping @Sendable (_ url: String, _ schema: String, _ durability: DurabilityProfile) throws ->
      any BenchmarkTarget
  ) {
    self.name = name
    self.displayName = displayName
    self.target = target
  }
}
