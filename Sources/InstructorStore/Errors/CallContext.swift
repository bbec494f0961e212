/// Which call of which backend an error belongs to.
package struct CallContext: Sendable {
  package let backend: StaticString
  package let operation: StaticString

  package init(backend: StaticString, operation: StaticString) {
    self.backend = backend
    self.operation = operation
  }

  package func error(
    _ code: StoreError.Code, _ reason: String, constraint: Constraint? = nil, entityID: Int64? = nil,
    outcome: StoreError.Outcome = .notApplied, underlying: (any Error)? = nil
  ) -> StoreError {
    StoreError(
      code, operation: "\(operation)", backend: "\(backend)", reason: reason, constraint: constraint,
      entityID: entityID, outcome: outcome, underlying: underlying)
  }

  package func invalid(_ reason: String) -> StoreError { error(.invalidArgument, reason) }

  package func notFound(_ id: some EntityIdentifier) -> StoreError {
    error(.notFound, "there is none with this id", entityID: id.rawValue)
  }

  package func conflict(_ constraint: Constraint, entityID: Int64? = nil) -> StoreError {
    let reason =
      switch constraint {
      case .instructorID, .reviewerID, .reviewID: "the id is taken"
      case .primaryOfCourse: "the course has a primary instructor already"
      case .courseAssignment: "the instructor is on the course already"
      case .version: "the version is not the expected one"
      case .instructorReference: "the instructor does not exist"
      case .reviewerReference: "the reviewer does not exist"
      case .courseRating: "the course has a rating already"
      case .interruptedLoad: "the load that was interrupted here is another one"
      }
    return error(.conflict, reason, constraint: constraint, entityID: entityID)
  }
}
