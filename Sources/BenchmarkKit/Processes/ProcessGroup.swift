/// Processes whose CPU time belongs together: the client, or a server with everything it started.
public struct ProcessGroup: Sendable, Equatable {
  public var name: String
  /// Processes that count with all their descendants.
  public var roots: [Int32]
  /// Names of programs whose processes count wherever they are: for servers on this machine that somebody else started.
  public var programs: [String]

  public init(name: String, roots: [Int32] = [], programs: [String] = []) {
    self.name = name
    self.roots = roots
    self.programs = programs
  }

  /// In the CPU times of every segment.
  public static let client = "client"
}
