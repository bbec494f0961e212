/// What an update does to one optional field.
public enum FieldPatch<Value: Sendable>: Sendable {
  case keep
  case set(Value)
  /// Makes the field absent.
  case clear

  /// The field's value after the patch.
  public func applied(to current: Value?) -> Value? {
    switch self {
    case .keep: current
    case .set(let value): value
    case .clear: nil
    }
  }
}

/// A partial update: only the named fields change. Courses change through `assign`, `unassign` and
/// `replacePrimary`.
///
/// For a field that is always present, `nil` keeps it. An empty patch changes nothing, the version included,
/// yet still checks that the instructor exists (and `ifVersion`).
public struct InstructorPatch: Sendable {
  public var firstName: String?
  public var middleInitial: FieldPatch<String>
  public var lastName: String?
  public var academicTitle: FieldPatch<String>
  public var title: FieldPatch<String>
  public var organization: FieldPatch<String>
  public var learners: Int64?
  public var averageRating: FieldPatch<AverageRating>
  public var ratingCount: Int64?

  public init(
    firstName: String? = nil, middleInitial: FieldPatch<String> = .keep, lastName: String? = nil,
    academicTitle: FieldPatch<String> = .keep, title: FieldPatch<String> = .keep,
    organization: FieldPatch<String> = .keep, learners: Int64? = nil,
    averageRating: FieldPatch<AverageRating> = .keep, ratingCount: Int64? = nil
  ) {
    self.firstName = firstName
    self.middleInitial = middleInitial
    self.lastName = lastName
    self.academicTitle = academicTitle
    self.title = title
    self.organization = organization
    self.learners = learners
    self.averageRating = averageRating
    self.ratingCount = ratingCount
  }

  /// Whether the patch names no field at all.
  public var isEmpty: Bool {
    guard firstName == nil, lastName == nil, learners == nil, ratingCount == nil else { return false }
    guard case .keep = middleInitial, case .keep = academicTitle, case .keep = title,
      case .keep = organization, case .keep = averageRating
    else { return false }
    return true
  }

  /// `instructor` with the patch's fields, one version further unless the patch is empty.
  public func applied(to instructor: Instructor) -> Instructor {
    if isEmpty { return instructor }
    var changed = instructor
    changed.version += 1
    changed.firstName = firstName ?? instructor.firstName
    changed.middleInitial = middleInitial.applied(to: instructor.middleInitial)
    changed.lastName = lastName ?? instructor.lastName
    changed.academicTitle = academicTitle.applied(to: instructor.academicTitle)
    changed.title = title.applied(to: instructor.title)
    changed.organization = organization.applied(to: instructor.organization)
    changed.learners = learners ?? instructor.learners
    changed.averageRating = averageRating.applied(to: instructor.averageRating)
    changed.ratingCount = ratingCount ?? instructor.ratingCount
    return changed
  }
}
