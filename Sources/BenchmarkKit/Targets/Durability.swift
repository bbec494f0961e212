/// What a server promises about a write that it has acknowledged, as a target read it back.
public enum Durability {
  /// In ``BenchmarkTarget/environment()``: `durable`, `relaxed`, or `none` for a store that promises nothing by its
  /// nature.
  public static let levelKey = "durability"
  /// The settings that decide it, as text.
  public static let settingsKey = "durability settings"

  /// For example `durable (fsync on, full_page_writes on, synchronous_commit on)`.
  static func text(_ environment: [String: String]) -> String {
    let level = environment[levelKey] ?? "unknown"
    return environment[settingsKey].map { "\(level) (\($0))" } ?? level
  }

  /// Two arms of which one may lose acknowledged writes and the other may not do unlike work. (A store in memory is
  /// compared for what it is.)
  static func areComparable(_ left: [String: String], _ right: [String: String]) -> Bool {
    guard let first = left[levelKey], let second = right[levelKey] else { return true }
    return first == second || first == "none" || second == "none"
  }

  static func requireComparable(_ left: Arm, _ right: Arm) throws(BenchmarkFailure) {
    guard !areComparable(left.environment, right.environment) else { return }
    let arms = [left, right].map { "\($0.displayName) is \(text($0.environment))" }
    throw BenchmarkFailure(
      .void, "the servers' durability differs: \(arms.joined(separator: ", ")); nothing was timed",
      advice: "Set both alike, or say --accept-differences.")
  }
}
