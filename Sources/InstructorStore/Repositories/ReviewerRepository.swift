/// Reviewers.
///
/// What ``InstructorRepository`` says of concurrency, deadlines and cancellation holds here too.
///
/// **Order of checks.** Invalid argument, conflict on the id, not found, conflict on the version, too many reviews.
public protocol ReviewerRepository: Sendable {
  /// Stores a reviewer.
  ///
  /// - Parameter isRetry: As for ``InstructorRepository/create(_:isRetry:)``. Reviews written meanwhile don't matter: the
  ///   reviewer's own fields are compared.
  /// - Returns: The reviewer as stored, version 1 (for a retry: as it is now).
  /// - Throws: `conflict` with ``Constraint/reviewerID``; `invalidArgument`, also for `isRetry` without an id.
  func create(_ new: NewReviewer, isRetry: Bool) async throws(StoreError) -> Reviewer

  /// - Throws: `notFound`.
  func get(_ id: ReviewerID) async throws(StoreError) -> Reviewer

  /// Changes the fields that `patch` names and returns the reviewer afterwards.
  ///
  /// A new name or picture shows in all of the reviewer's reviews at once, whose versions stay.
  /// - Throws: `notFound`; `conflict` with ``Constraint/version``; `resourceExhausted` where name or picture change and
  ///   the reviewer has more than ``Limits/reviewsPerCascade`` reviews.
  func update(_ id: ReviewerID, _ patch: ReviewerPatch, ifVersion: Int64?) async throws(StoreError)
    -> Reviewer

  /// Removes the reviewer with all of their reviews; the courses' ratings lose those too.
  ///
  /// - Throws: `notFound`; `conflict` with ``Constraint/version``; `resourceExhausted` where the reviewer has more than
  ///   ``Limits/reviewsPerCascade`` reviews: delete some of them first.
  func delete(_ id: ReviewerID, ifVersion: Int64?) async throws(StoreError)
}

extension ReviewerRepository {
  public func create(_ new: NewReviewer) async throws(StoreError) -> Reviewer {
    try await create(new, isRetry: false)
  }

  public func update(_ id: ReviewerID, _ patch: ReviewerPatch) async throws(StoreError) -> Reviewer {
    try await update(id, patch, ifVersion: nil)
  }

  public func delete(_ id: ReviewerID) async throws(StoreError) {
    try await delete(id, ifVersion: nil)
  }
}
