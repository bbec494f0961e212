/// What is asked of every server about a write that it has acknowledged.
public enum DurabilityProfile: String, Sendable, Codable, CaseIterable {
  /// It survives a crash of the server and of its machine.
  case durable
  /// The last fraction of a second of them may be lost, but nothing is torn.
  case relaxed
}

/// One of the settings that decide what becomes of an acknowledged write, as the server has it for the store's own sessions.
public struct DurabilitySetting: Sendable, Equatable {
  public var name: String
  /// Read back.
  public var value: String
  /// What a profile needs, where the value is not that.
  private let needed: [DurabilityProfile: String]

  /// - Parameters:
  ///   - durable: The values that ``DurabilityProfile/durable`` takes, the usual one first.
  ///   - relaxed: The same for ``DurabilityProfile/relaxed``.
  public init(_ name: String, _ value: String?, durable: [String], relaxed: [String]) {
    self.name = name
    self.value = value ?? "unknown"
    var needed: [DurabilityProfile: String] = [:]
    for (profile, values) in [(DurabilityProfile.durable, durable), (.relaxed, relaxed)]
    where value.map(values.contains) != true {
      needed[profile] = values.first
    }
    self.needed = needed
  }

  /// The kind of file system that the data is on, where it can be seen. What is kept in memory, or on a container's layer
  /// that was told to ignore flushes, survives nothing, whatever the server says.
  public init(fileSystem type: String) {
    name = "data on"
    value = type
    needed = Self.forgetfulFileSystems.contains(type) ? [.durable: "a disk"] : [:]
  }

  public static let volatileOverlay = "overlay, volatile"
  private static let forgetfulFileSystems = ["tmpfs", "ramfs", volatileOverlay]

  /// `nil` where it is what the profile asks for; else for example `fsync off (durable needs on)`.
  func difference(from profile: DurabilityProfile) -> String? {
    needed[profile].map { "\(name) \(value) (\(profile.rawValue) needs \($0))" }
  }
}

/// What a server promises about a write that it has acknowledged, as a target read it back.
public enum Durability {
  /// In ``BenchmarkTarget/environment()``: `durable`, `relaxed`, `neither`, or `none` for a store that promises nothing by
  /// its nature.
  public static let levelKey = "durability"
  /// The settings that decide it, as text.
  public static let settingsKey = "durability settings"

  /// The profile that the settings fit, or `neither`.
  public static func level(of settings: [DurabilitySetting]) -> String {
    let level = DurabilityProfile.allCases.first { profile in
      settings.allSatisfy { $0.difference(from: profile) == nil }
    }
    return level?.rawValue ?? "neither"
  }

  /// Both of the above, for a target's environment.
  public static func environment(_ settings: [DurabilitySetting]) -> [String: String] {
    [
      levelKey: level(of: settings),
      settingsKey: settings.map { "\($0.name) \($0.value)" }.joined(separator: ", "),
    ]
  }

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

  /// Every target is what the profile asks for.
  ///
  /// - Throws: ``BenchmarkFailure`` with ``ExitStatus/void`` that names every setting that differs.
  public static func require(_ profile: DurabilityProfile, of targets: [any BenchmarkTarget]) async throws {
    var differences: [String] = []
    for target in targets {
      let settings = try await Loader.naming("reading the settings of \(target.place)") {
        try await target.durability()
      }
      let own = settings.compactMap { $0.difference(from: profile) }
      if !own.isEmpty { differences.append("\(target.displayName): \(own.joined(separator: ", "))") }
    }
    guard !differences.isEmpty else { return }
    throw BenchmarkFailure(
      .void,
      "not \(profile.rawValue), as was asked for: \(differences.joined(separator: "; ")); nothing was timed",
      advice: "Change the settings, ask for another --durability, or say --accept-differences.")
  }
}
