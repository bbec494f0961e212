/// What a side has a switch at, and how that is known.
public struct FairnessValue: Sendable, Equatable {
  /// How a value is known.
  public enum Source: String, Sendable, Codable {
    /// Asked of the server, the system or the library as it runs, or measured.
    case readBack = "read back"
    /// What the store or its URL asks for, or `dbbench` does.
    case set
    /// What the DBMS always does, or does unless told otherwise; not asked for.
    case design
    /// It can't be seen from here.
    case unknown
  }

  public var text: String
  public var source: Source
  /// What a reader has to know about it beside; two sides that differ in this alone don't differ.
  public var note: String?

  /// - Parameter text: `nil` where it could not be read.
  public static func readBack(_ text: String?) -> Self {
    text.map { Self(text: $0, source: .readBack) } ?? .unknown
  }
  public static func set(_ text: String) -> Self { Self(text: text, source: .set) }
  public static func design(_ text: String) -> Self { Self(text: text, source: .design) }
  public static let unknown = Self(text: "unknown", source: .unknown)

  /// The same with a note.
  public func noted(_ note: String?) -> Self {
    var value = self
    value.note = note
    return value
  }
}
