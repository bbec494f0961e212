public import InstructorStore

/// Reads the ten organizations with the most learners: every instructor is grouped, added up and sorted.
public struct OrganizationLeaderboard: Workload {
  static let entries = 10
  /// A reading of all instructors takes as long as there are many.
  private static let timeout = Duration.seconds(60)

  public struct Operation: TraceOperation {
    public func add(to digest: inout TraceDigest) { digest.add(OrganizationLeaderboard.entries) }
    public var text: String { "organizationLeaderboard(limit: \(OrganizationLeaderboard.entries))" }
  }

  public var isLongQuery: Bool { true }

  public func operation(_ index: Int) -> Operation { Operation() }

  public func execute(_ operation: Operation, on store: any StorageBackend) async throws(StoreError)
    -> [OrganizationStanding]
  {
    // The scope of a deadline doesn't know what its body throws.
    let answer: Result<[OrganizationStanding], StoreError> = await withStoreTimeout(Self.timeout) {
      do throws(StoreError) {
        return .success(try await store.instructors.organizationLeaderboard(limit: Self.entries))
      } catch {
        return .failure(error)
      }
    }
    return try answer.get()
  }
}
