/// What ``PostgresInstructors`` asks of the server in one data model. Parameters and columns are the same in all of
/// them, so that the client does the same work.
///
/// A class, so that a repository that holds it is three words: it is made for every call.
final class InstructorStatements: Sendable {
  let model: PostgresDataModel
  let reads: InstructorReads
  let writes: InstructorWrites

  static let relational = InstructorStatements(.relational, .relational, .relational)
  static let document = InstructorStatements(.document, .document, .document)

  static func of(_ model: PostgresDataModel) -> InstructorStatements {
    switch model {
    case .relational: relational
    case .document: document
    }
  }

  private init(_ model: PostgresDataModel, _ reads: InstructorReads, _ writes: InstructorWrites) {
    self.model = model
    self.reads = reads
    self.writes = writes
  }
}
