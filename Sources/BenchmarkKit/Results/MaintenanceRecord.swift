/// What an arm's server did for itself, outside of every timed segment: the bill for writes that comes later.
public struct MaintenanceRecord: Sendable, Codable, Equatable {
  public struct Part: Sendable, Codable, Equatable {
    public var seconds = 0.0
    /// Of the server's processes; `nil` where they can't be seen.
    public var processorSeconds: Double? = 0
    /// Log and data, as the server counts them; `nil` where it doesn't.
    public var writtenBytes: Int? = 0

    public init() {}

    /// Processors that its processes kept busy, on average.
    public var busyProcessors: Double? { seconds > 0 ? processorSeconds.map { $0 / seconds } : nil }
    public var bytesPerSecond: Double? { seconds > 0 ? writtenBytes.map { Double($0) / seconds } : nil }

    mutating func add(_ used: ServerUsage, seconds more: Double) {
      seconds += more
      let sum = ServerUsage(processorSeconds: processorSeconds, writtenBytes: writtenBytes) + used
      (processorSeconds, writtenBytes) = (sum.processorSeconds, sum.writtenBytes)
    }
  }

  public var arm: Int
  /// Operations of workloads that write, timed on this arm. What prepares and undoes them writes too, about as much again.
  public var operations: Int
  /// While the other arm had its turn: for as long as that took, so the arms are not watched for equally long. What an idle
  /// server uses is in it.
  public var idle: Part
  /// Doing at the end what was put off: a checkpoint, and where there is one a vacuum.
  public var atEnd: Part

  /// Processor milliseconds and bytes at the end for each thousand of the operations.
  ///
  /// ``idle`` has none: how much of what the operations cause falls into it depends on how long the other arm's turns are.
  public var processorMillisecondsPer1000: Double? {
    operations > 0 ? atEnd.processorSeconds.map { $0 * 1e6 / Double(operations) } : nil
  }
  public var bytesPer1000: Double? {
    operations > 0 ? atEnd.writtenBytes.map { Double($0) * 1_000 / Double(operations) } : nil
  }
}
