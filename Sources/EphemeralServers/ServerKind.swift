/// One of the two database servers this library starts.
public enum ServerKind: String, Sendable, Hashable, CaseIterable, CustomStringConvertible {
  case postgres
  case mongo

  /// The name a person knows the server program by: `postgres` or `mongod`.
  public var description: String {
    switch self {
    case .postgres: "postgres"
    case .mongo: "mongod"
    }
  }
}
