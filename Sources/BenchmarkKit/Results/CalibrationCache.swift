import FoundationEssentials

/// Calibrations of this machine, a file for each fingerprint.
public struct CalibrationCache: Sendable {
  let folder: String

  public init(folder: String) { self.folder = folder }

  /// Where the user's caches are (`XDG_CACHE_HOME`, or `~/.cache`).
  public static var standard: CalibrationCache {
    let environment = ProcessInfo.processInfo.environment
    let caches =
      environment["XDG_CACHE_HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? (environment["HOME"] ?? "/tmp")
      + "/.cache"
    return CalibrationCache(folder: caches + "/dbbench")
  }

  /// The load is part of it too: other concurrency or segments, other noise.
  private func path(_ fingerprintID: String, _ plan: RecordedPlan) -> String {
    let segments = "\(plan.segmentSeconds)-\(plan.leadInSeconds ?? 0)"
    return "\(folder)/calibration-\(fingerprintID)-\(plan.concurrency)-\(plan.keys)-\(segments).json"
  }

  /// `nil` where there is none, or none that can be read.
  func find(_ fingerprintID: String, _ plan: RecordedPlan) -> Calibration? {
    FileManager.default.contents(atPath: path(fingerprintID, plan))
      .flatMap { try? JSONDecoder().decode(Calibration.self, from: $0) }
  }

  /// A cache that can't be written costs the next run its calibration and nothing else.
  func keep(_ calibration: Calibration, _ plan: RecordedPlan) {
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    guard let data = try? JSONText.of(calibration) else { return }
    try? data.write(to: URL(filePath: path(calibration.fingerprintID, plan)), options: .atomic)
  }
}
