/// One thing that was looked at, and what to do about it.
public struct Finding: Sendable, Encodable, Equatable {
  public enum Level: String, Sendable, Encodable {
    case fine = "ok"
    /// Worth knowing; figures stay comparable with others of this machine.
    case note
    /// Figures measured like this mislead.
    case bad
    /// Can't be seen from here.
    case unknown = "-"
  }

  public var name: String
  public var value: String
  public var level: Level
  /// What to do about it, in one line; empty where there is nothing to do.
  public var fix: String

  public init(_ name: String, _ value: String, _ level: Level = .fine, fix: String = "") {
    self.name = name
    self.value = value
    self.level = level
    self.fix = fix
  }

  static func unknown(_ name: String, _ why: String = "not visible here") -> Finding {
    Finding(name, why, .unknown)
  }

  /// The findings as lines: level, name, value, and the fix below where there is one.
  public static func lines(_ findings: [Finding]) -> [String] {
    let width = findings.map(\.name.count).max() ?? 0
    return findings.flatMap { finding in
      let level = finding.level.rawValue + String(repeating: " ", count: 6 - finding.level.rawValue.count)
      let name = finding.name + String(repeating: " ", count: width - finding.name.count + 2)
      let indent = String(repeating: " ", count: 6 + width + 2)
      return [level + name + finding.value] + (finding.fix.isEmpty ? [] : [indent + "fix: " + finding.fix])
    }
  }
}
