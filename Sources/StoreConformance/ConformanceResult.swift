/// A broken rule: what was expected and what came instead.
public struct ConformanceFailure: Error, Sendable, CustomStringConvertible {
  public let message: String
  /// Where in the cases it was found, as `Module/File.swift`.
  public let file: String
  public let line: Int

  public init(_ message: String, file: String = #fileID, line: Int = #line) {
    self.message = message
    self.file = file
    self.line = line
  }

  public var description: String { "\(message) (\(file):\(line))" }
}

/// How one case ended.
public struct ConformanceResult: Sendable, CustomStringConvertible {
  public let caseName: String
  public let target: String
  /// `nil` where the case passed.
  public let failure: String?
  public let duration: Duration

  public init(caseName: String, target: String, failure: String?, duration: Duration = .zero) {
    self.caseName = caseName
    self.target = target
    self.failure = failure
    self.duration = duration
  }

  public var passed: Bool { failure == nil }

  public var description: String {
    if let failure { return "FAILED  \(target): \(caseName): \(failure)" }
    return "passed  \(target): \(caseName)"
  }
}

/// How a run of cases ended.
public struct ConformanceSummary: Sendable, CustomStringConvertible {
  public let target: String
  /// Gives the same random choices again.
  public let seed: UInt64
  public internal(set) var results: [ConformanceResult] = []

  init(target: String, seed: UInt64) {
    self.target = target
    self.seed = seed
  }

  public var passedCount: Int { results.count { $0.passed } }
  public var failures: [ConformanceResult] { results.filter { !$0.passed } }

  public var description: String {
    "\(target): \(results.count) conformance cases, \(passedCount) passed, \(failures.count) failed (seed \(seed))"
  }
}
