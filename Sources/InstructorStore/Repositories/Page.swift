/// A slice of an ordered list, and where the next one starts.
public struct Page<Item: Sendable>: Sendable {
  public var items: [Item]
  /// Give it to the same call with the same filter to get what follows; `nil` after the last item.
  public var next: PageCursor?

  public init(items: [Item], next: PageCursor?) {
    self.items = items
    self.next = next
  }
}

extension Page: Equatable where Item: Equatable {}

/// Which instructors a page or a count takes in. Conditions add up; texts compare by bytes.
public struct InstructorFilter: Sendable {
  /// Only instructors of exactly this organization.
  public var organization: String?
  /// Only instructors whose last name starts with these bytes.
  public var lastNamePrefix: String?

  public init(organization: String? = nil, lastNamePrefix: String? = nil) {
    self.organization = organization
    self.lastNamePrefix = lastNamePrefix
  }

  public static let all = InstructorFilter()
}
