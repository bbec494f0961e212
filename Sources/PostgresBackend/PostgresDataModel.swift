import InstructorStore

/// How a ``PostgresStore`` keeps instructors and their courses. Reviews, reviewers and ratings are the same in both.
///
/// Both keep the same contract. They differ in what reads and writes cost: see docs/decisions/0010.
public enum PostgresDataModel: String, Sendable, CaseIterable {
  /// Tables in normal form, the courses also as arrays in the instructor's row.
  case relational
  /// One `jsonb` document per instructor with its courses in it, as a document database has it.
  case document
}

extension PostgresDataModel {
  /// The name of a store with this model, and of the backend in its errors.
  var backend: StaticString {
    switch self {
    case .relational: "postgres"
    case .document: "postgres-jsonb"
    }
  }

  /// What whoever makes somebody the primary of a course waits for, as a number: locks are taken in its ascending order.
  func primaryLock(_ course: CourseID) -> Int64 {
    switch self {
    case .relational: course.rawValue
    case .document: course.rawValue % PostgresSchema.turns
    }
  }
}
