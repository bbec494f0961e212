/// A soak of one workload on one arm.
public struct SoakRecord: SoakFigures, Codable, Equatable {
  public var workload: String
  /// 0 or 1.
  public var arm: Int
  public var windows: [SoakResult.Window]
  public var ledger: Ledger
  public var response: LatencySummary
  /// The sum of the hashes of the executed operations, 16 hexadecimal digits.
  public var traceHash: String
  public var timed: ServerUsage
  public var preparation: ServerUsage?
  public var untimed: ServerUsage?
  public var watchSeconds: Double

  /// Whether it ran to its end; a resumed run makes the others again.
  public var isComplete: Bool { untimed != nil }

  init(arm: Int, _ result: SoakResult) {
    workload = result.workload
    self.arm = arm
    windows = result.windows
    ledger = result.ledger
    response = result.response
    traceHash = traceHashText(result.traceHash)
    timed = result.timed
    preparation = result.preparation
    untimed = result.untimed
    watchSeconds = result.watchSeconds
  }

  private enum CodingKeys: String, CodingKey {
    case workload, arm, windows, ledger, response, traceHash, timed, preparation, untimed, watchSeconds
  }

  /// With what is reckoned from the others, for readers that don't want to.
  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: CodingKeys.self)
    try object.encode(workload, forKey: .workload)
    try object.encode(arm, forKey: .arm)
    try object.encode(windows, forKey: .windows)
    try object.encode(ledger, forKey: .ledger)
    try object.encode(response, forKey: .response)
    try object.encode(traceHash, forKey: .traceHash)
    try object.encode(timed, forKey: .timed)
    try object.encodeIfPresent(preparation, forKey: .preparation)
    try object.encode(untimed, forKey: .untimed)
    try object.encode(watchSeconds, forKey: .watchSeconds)
    try encodeReckoned(to: encoder)
  }
}
