import InstructorStore

/// A part of the index in the list's order: from a key, inclusive, up to a key, exclusive.
///
/// The server walks from the first key to the last (`min`, `max`, `hint`): a page looks at as many keys as it returns,
/// however deep it lies. A filter of `$or` conditions would not be that tight.
struct IndexBounds: Equatable {
  var organization: String?
  var start: Start
  /// `nil`: to the end of the organization, or of the index.
  var endOfLastNames: String?

  enum Start: Equatable {
    case beginning
    case lastName(String)
    case after(InstructorKey)
  }

  /// `nil` where the cursor is beyond everything that the filter selects.
  init?(_ filter: InstructorFilter, after key: InstructorKey?) {
    organization = filter.organization
    start = .beginning
    if let prefix = filter.lastNamePrefix {
      start = .lastName(prefix)
      endOfLastNames = Bytewise.upperBound(ofPrefix: prefix)
    }
    guard let key else { return }
    if let prefix = filter.lastNamePrefix, !Bytewise.hasPrefix(key.lastName, prefix) {
      // Only a forged cursor gets here; the server would refuse bounds in the wrong order.
      if Bytewise.precedes(prefix, key.lastName) { return nil }
      return
    }
    start = .after(key)
  }

  /// The elements `sort`, `hint`, `min` and `max` of a `find`.
  func append(to writer: inout BSONWriter) {
    writer.append(
      "hint", organization == nil ? IndexDefinition.byName : IndexDefinition.byOrganization)
    writer.document("sort") { writer in
      if organization != nil { writer.append("organization", Int32(1)) }
      writer.append("lastName", Int32(1))
      writer.append("firstName", Int32(1))
      writer.append("_id", Int32(1))
    }
    writer.document("min") { writer in
      if let organization { writer.append("organization", organization) }
      switch start {
      case .beginning:
        writer.appendMinimum("lastName")
        writer.appendMinimum("firstName")
        writer.appendMinimum("_id")
      case .lastName(let lastName):
        writer.append("lastName", lastName)
        writer.appendMinimum("firstName")
        writer.appendMinimum("_id")
      case .after(let key):
        writer.append("lastName", key.lastName)
        writer.append("firstName", key.firstName)
        // `min` is inclusive; ids are integers below 2⁶², so the next one follows the cursor's.
        writer.append("_id", key.id.rawValue + 1)
      }
    }
    guard organization != nil || endOfLastNames != nil else { return }
    writer.document("max") { writer in
      if let organization { writer.append("organization", organization) }
      if let endOfLastNames {
        writer.append("lastName", endOfLastNames)
      } else {
        writer.appendMaximum("lastName")
      }
      writer.appendMinimum("firstName")
      writer.appendMinimum("_id")
    }
  }
}
