public import InstructorStore

/// Reads one page of 20 instructors in name order, starting behind a random instructor: half of the pages
/// from the list of all, half from the list of that instructor's organization.
///
/// Every page is a keyset page from the middle of a list, which is what a client that follows cursors asks
/// for.
public struct InstructorPage: Workload {
  private static let stream = TraceRandom.stream("instructor-page")
  static let itemsPerPage = 20
  private let context: WorkloadContext
  private let keys: KeyChooser

  public struct Operation: TraceOperation {
    let filter: InstructorFilter
    let after: PageCursor

    public func add(to digest: inout TraceDigest) {
      digest.add(filter.organization)
      digest.add(after.token)
    }

    public var text: String {
      let list = filter.organization.map { "organization \"\($0)\"" } ?? "all"
      return "list(\(list), after: \(after.token), limit: \(InstructorPage.itemsPerPage))"
    }
  }

  public init(_ context: WorkloadContext) {
    self.context = context
    keys = context.instructorKeys
  }

  public func operation(_ index: Int) -> Operation {
    var random = context.random(Self.stream, index)
    let number = keys.next(&random)
    let record = context.catalog.instructor(number)
    let isOfOrganization = random.below(2) == 0
    let filter = InstructorFilter(organization: isOfOrganization ? record.organization : nil)
    let key = InstructorKey(
      lastName: record.lastName, firstName: record.firstName, id: context.catalog.id(number))
    return Operation(filter: filter, after: PageCursor(after: key, filter: filter))
  }

  public func execute(_ operation: Operation, on store: any StorageBackend) async throws(StoreError)
    -> Page<Instructor>
  {
    try await store.instructors.list(operation.filter, after: operation.after, limit: Self.itemsPerPage)
  }
}
