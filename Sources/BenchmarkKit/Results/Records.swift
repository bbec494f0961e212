/// A load of the catalog into one arm.
public struct LoadRecord: Sendable, Codable, Equatable {
  public var arm: Int
  /// By kind: `instructors`, `courseAssignments`.
  public var counts: [String: Int]
  /// From the first row to the last index.
  public var elapsedSeconds: Double
  /// Vacuum, statistics, checkpoint: after the load, outside its time.
  public var settleSeconds: Double
  public var peakClientBytes: Int?
  /// Of `elapsedSeconds`; `nil` in results of before they were kept.
  public var phases: [LoadPhase]?

  public var rowsPerSecond: Double {
    elapsedSeconds > 0 ? Double(counts.values.reduce(0, +)) / elapsedSeconds : 0
  }

  init(arm: Int, _ report: LoadReport) {
    self.arm = arm
    counts = ["instructors": report.instructors, "courseAssignments": report.assignments]
    elapsedSeconds = report.elapsedSeconds
    settleSeconds = report.settleSeconds
    peakClientBytes = report.peakClientBytes
    phases = report.phases
  }
}

/// The equivalence gate was passed.
public struct EquivalenceRecord: Sendable, Codable, Equatable {
  /// Operations replayed on both, every answer compared.
  public var operations: Int
}

/// What sized the slices of a workload.
public struct PilotRecord: Sendable, Codable, Equatable {
  public var workload: String
  /// Operations per second of each arm.
  public var throughputPerSecond: [Double]
  /// Operations of a slice, before the jitter.
  public var operations: Int
}

/// What a look decided.
public struct LookRecord: Sendable, Codable, Equatable {
  /// From 1.
  public var number: Int
  public var verdicts: [String: Verdict]
}

/// The data on an arm after the timing is what was loaded.
public struct InvariantsRecord: Sendable, Codable, Equatable {
  public var arm: Int
  /// What was looked at, for people.
  public var checked: String
  /// The sum of the content hashes of the records that were read, 16 hexadecimal digits; that of the same records in the
  /// catalog, and so the same on every arm. `nil` in results of before it was kept.
  public var contentHash: String?
  /// How many records that is, and how many there are; `nil` in results of before they were kept.
  public var hashedRecords: Int?
  public var records: Int?
}

/// How a run ended; the last line, unless the program was killed.
public struct EndRecord: Sendable, Codable, Equatable {
  public enum Status: String, Sendable, Codable {
    case complete, interrupted, failed
    case timeIsUp = "time is up"
  }

  public var status: Status
  /// What went wrong, in one line.
  public var message: String?
  /// What the program ends with.
  public var exitStatus: Int32
}
