import InstructorStore
import StoreConformance

/// A way to get the contract wrong that a careless backend would fall for.
enum Defect: String, CaseIterable, CustomStringConvertible {
  /// A page in the order of ids: `ORDER BY` forgotten.
  case forgottenOrder
  /// The conflict on a course's primary is reported as a success.
  case swallowedPrimaryConflict
  /// `ifVersion` is accepted and ignored.
  case ignoredVersion
  /// Texts are normalised before they are stored.
  case normalisedTexts
  /// `createMany` creates one by one and stops at the first failure.
  case createManyInPieces
  /// Replacing a primary is two calls: unassign, then assign.
  case replacePrimaryInTwoSteps
  /// A team is read member by member.
  case teamCutShort
  /// The last page carries a cursor.
  case cursorAfterTheEnd
  /// Deadlines are not looked at.
  case ignoredDeadline
  /// A second handle answers from a copy that is not kept up to date.
  case staleReads
  /// The constraint's name is lost on the way.
  case namelessConstraint

  var description: String { rawValue }

  /// Cases that must find the defect, among others.
  var foundBy: Set<String> {
    switch self {
    case .forgottenOrder: ["instructors.list/total-order", "instructors.list/by-bytes"]
    case .swallowedPrimaryConflict:
      ["instructors.create/second-primary", "primary-race/create", "instructors.create/errors-in-order"]
    case .ignoredVersion: ["versions/if-version", "versions/one-winner-each", "instructors.update/empty"]
    case .normalisedTexts:
      ["text/round-trip", "text/normal-forms-are-different", "instructors.create-retry/other-normal-form"]
    case .createManyInPieces:
      ["instructors.createMany/taken-id", "instructors.createMany/all-or-none-to-readers"]
    case .replacePrimaryInTwoSteps:
      ["instructors.replacePrimary/unknown-instructor", "instructors.replacePrimary/assistant"]
    case .teamCutShort: ["instructors.team/most-members", "instructors.team/most-assistants"]
    case .cursorAfterTheEnd: ["instructors.list/last-page", "instructors.list/total-order"]
    case .ignoredDeadline: ["deadlines/zero-or-less", "deadlines/scope"]
    case .staleReads: ["visibility/other-handle", "visibility/to-and-fro"]
    case .namelessConstraint: ["instructors.create/explicit-id-taken", "primary-race/assign"]
    }
  }
}

/// ``InMemoryStore`` with one defect.
struct BrokenTarget: ConformanceTarget {
  let defect: Defect
  var name: String { "memory with \(defect)" }

  func makeNamespace() async throws -> any StoreNamespace { Namespace(defect: defect) }

  private struct Namespace: StoreNamespace {
    let defect: Defect
    let origin = InMemoryStore()
    func openStore() async throws -> any StorageBackend {
      BrokenStore(base: origin.makeHandle(), defect: defect)
    }
    func remove() async throws {}
  }
}

private struct BrokenStore: StorageBackend {
  let base: InMemoryStore
  let defect: Defect
  let copies = Copies()

  var name: String { base.name }
  var instructors: any InstructorRepository {
    BrokenInstructors(base: base.instructors, defect: defect, copies: copies)
  }
  var reviews: any ReviewRepository { base.reviews }
  var reviewers: any ReviewerRepository { base.reviewers }
  var ratings: any RatingRepository { base.ratings }
  func migrate() async throws(StoreError) { try await base.migrate() }
  func ping() async throws(StoreError) { try await base.ping() }
  func reserveIDs(_ kind: EntityKind, count: Int) async throws(StoreError) -> ClosedRange<Int64> {
    try await base.reserveIDs(kind, count: count)
  }
  func bulkLoad(_ load: BulkLoad) async throws(StoreError) -> BulkLoadResult { try await base.bulkLoad(load) }
  func statistics() -> StoreStatistics { base.statistics() }
  func close() async { await base.close() }
}
