/// Records that can be made in any order and from several threads at once: record *i* depends on *i* alone.
public struct BulkSource<Record: Sendable>: Sendable {
  public var count: Int
  /// The records with these numbers. Called concurrently with ranges within `0..<count`, outside Swift's
  /// cooperative threads; it must not block.
  public var records: @Sendable (Range<Int>) -> [Record]

  public init(count: Int, records: @escaping @Sendable (Range<Int>) -> [Record]) {
    self.count = count
    self.records = records
  }
}

/// What a bulk load puts into the store.
public struct BulkLoad: Sendable {
  /// Every record needs an id.
  public var instructors: BulkSource<NewInstructor>
  /// Told about progress now and then, from an arbitrary thread. It must return quickly.
  public var onProgress: (@Sendable (BulkLoadProgress) -> Void)?

  public init(
    instructors: BulkSource<NewInstructor>, onProgress: (@Sendable (BulkLoadProgress) -> Void)? = nil
  ) {
    self.instructors = instructors
    self.onProgress = onProgress
  }
}

public struct BulkLoadProgress: Sendable {
  public enum Phase: String, Sendable {
    case rows
    case indexes
  }
  public var phase: Phase
  /// Records done so far and in total; in the phase of indexes, the number of indexes.
  public var done: Int
  public var total: Int

  public init(phase: Phase, done: Int, total: Int) {
    self.phase = phase
    self.done = done
    self.total = total
  }
}

public struct BulkLoadResult: Sendable, Equatable {
  public var instructors: Int
  public var assignments: Int

  public init(instructors: Int, assignments: Int) {
    self.instructors = instructors
    self.assignments = assignments
  }
}
