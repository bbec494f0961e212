/// What an arm's server did for itself, outside of every timed segment: the bill for writes that comes later.
public struct MaintenanceRecord: Sendable, Codable, Equatable {
  public struct Part: Sendable, Codable, Equatable {
    public var seconds = 0.0
    /// Of the server's processes; `nil` where they can't be seen.
    public var processorSeconds: Double? = 0
    /// Log and data, as the server counts them; `nil` where it doesn't.
    public var writtenBytes: Int? = 0

    public init() {}

    mutating func add(_ used: ServerUsage, seconds more: Double) {
      seconds += more
      let sum = ServerUsage(processorSeconds: processorSeconds, writtenBytes: writtenBytes) + used
      (processorSeconds, writtenBytes) = (sum.processorSeconds, sum.writtenBytes)
    }
  }

  public var arm: Int
  /// Operations of workloads that write, timed on this arm. What prepares and undoes them writes too, about as much again.
  public var operations: Int
  /// While the other arm had its turn, about half of the time. What an idle server uses is in it.
  public var idle: Part
  /// Doing at the end what was put off: a checkpoint, and where there is one a vacuum.
  public var atEnd: Part

  /// Processor milliseconds and bytes of both for each thousand of the operations.
  public var processorMillisecondsPer1000: Double? {
    guard operations > 0, let first = idle.processorSeconds, let last = atEnd.processorSeconds else {
      return nil
    }
    return (first + last) * 1e6 / Double(operations)
  }
  public var bytesPer1000: Double? {
    guard operations > 0, let first = idle.writtenBytes, let last = atEnd.writtenBytes else { return nil }
    return Double(first + last) * 1_000 / Double(operations)
  }
}
