/// What a server has counted since it was started; `nil` where it doesn't count that.
public struct ServerCounters: Sendable, Codable, Equatable {
  /// Written to the write-ahead log or journal.
  public var logBytes: Double?
  public var logRecords: Double?
  /// How often the log was flushed to the disk.
  public var logSyncs: Double?
  /// Whole pages in the log: the first change of a page after a checkpoint logs all of it.
  public var pageImages: Double?
  /// Bytes of the log that are those pages. Not a counter: see ``BenchmarkTarget/pageImageBytes(from:to:)``.
  public var pageImageBytes: Double?
  /// As each server counts them: PostgreSQL every statement that is none of a longer one, reads too; WiredTiger those of its own
  /// that changed something. No figures to compare.
  public var transactions: Double?
  /// Pages that were not in the server's own cache; where they came from the server doesn't know.
  public var pagesRead: Double?
  /// Where the log ended, in bytes since its beginning; of a moment, never of so many operations.
  public var logPosition: Int?

  public init() {}

  private static let all: [any WritableKeyPath<ServerCounters, Double?> & Sendable] = [
    \.logBytes, \.logRecords, \.logSyncs, \.pageImages, \.transactions, \.pagesRead,
  ]

  /// What was counted in between, for each thousand of so many operations.
  static func perThousand(_ before: Self, _ after: Self, operations: Int) -> Self {
    var result = Self()
    for counter in all {
      guard let first = before[keyPath: counter], let last = after[keyPath: counter], operations > 0 else {
        continue
      }
      result[keyPath: counter] = max(0, last - first) * 1_000 / Double(operations)
    }
    return result
  }
}

/// What a server did for the operations of a workload, by its own counters: the evidence that it kept its promise. What it does by
/// itself meanwhile is counted too.
public struct ServerEvidence: Sendable, Codable, Equatable {
  /// Operations that succeeded meanwhile, as many under way at a time as when they are timed.
  public var operations: Int
  public var perThousand: ServerCounters
  /// How long they took together; `nil` in results of before it was kept.
  public var elapsedSeconds: Double?
  /// Of the store that executed them, open on the server at their end; `nil` where that can't be seen, and in results of
  /// before it was asked.
  public var connections: Int?
  /// Whether the bytes of whole pages are their number times their size: at most so many. Absent where they were read.
  public var isPageImageEstimate: Bool?
}

/// Of a part of the log.
public struct PageImageBytes: Sendable, Equatable {
  public var bytes: Int
  /// Whether that is what they may be at most: empty space in a page is left out of the log.
  public var isEstimate: Bool

  public init(bytes: Int, isEstimate: Bool) {
    self.bytes = bytes
    self.isEstimate = isEstimate
  }
}
