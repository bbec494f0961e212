public import InstructorStore

/// Runs the same sequences on several stores and finds where they disagree.
///
/// Every value, and of every error the code, constraint, index and outcome are compared, step by step, and the whole state
/// at the end.
public actor DifferentialRunner {
  private let names: [String]
  private let stores: [any StorageBackend]
  private let players: [DifferentialPlayer]
  private var nextFirstID: Int64 = 1 << 40

  /// What was run so far.
  public private(set) var sequenceCount = 0
  public private(set) var operationCount = 0
  /// How often each call ended how, by what the first store said: `createReview` where it succeeded,
  /// `createReview conflict [review_id]` where it didn't. Sequences that mostly fail would prove little.
  public private(set) var answerCounts: [String: Int] = [:]

  /// - Parameter stores: Two or more with their names, migrated, empty and nobody else's. The first is what the others are
  ///   compared with.
  public init(_ stores: [(name: String, store: any StorageBackend)]) {
    names = stores.map(\.name)
    self.stores = stores.map(\.store)
    players = stores.map { DifferentialPlayer($0.store) }
  }

  /// The sequence of this seed and number, the same on every machine.
  public static func sequence(seed: UInt64, number: Int, operations: Int) -> DifferentialSequence {
    var generator = DifferentialGenerator(seed: seed, number: number)
    return generator.sequence(of: operations)
  }

  /// Runs the sequence on every store at once.
  /// - Returns: The first disagreement, or `nil`.
  /// - Throws: An error of a read that the runner makes itself, to compare states and to clean up.
  public func run(_ sequence: DifferentialSequence) async throws -> Divergence? {
    let firstID = takeIDs()
    let transcripts = try await concurrently(players.count) { [players] index in
      try await players[index].play(sequence, firstID: firstID)
    }
    return compare(sequence, transcripts)
  }

  /// Runs all the sequences at once on every store, each with ids of its own, so that their calls share exchanges where the
  /// store batches them. Calls that see what others do, such as lists of all instructors, are left out.
  /// - Returns: The first disagreement, with the sequence as it was run, or `nil`.
  /// - Throws: As ``run(_:)``.
  public func runTogether(_ sequences: [DifferentialSequence]) async throws
    -> (sequence: DifferentialSequence, divergence: Divergence)?
  {
    let sequences = sequences.map { sequence in
      DifferentialSequence(operations: sequence.operations.filter { !$0.call.isOfAllInstructors })
    }
    let firstIDs = sequences.map { _ in takeIDs() }
    let transcripts = try await concurrently(stores.count) { [stores] index in
      try await concurrently(sequences.count) { number in
        try await DifferentialPlayer(stores[index], isAlone: false).play(
          sequences[number], firstID: firstIDs[number])
      }
    }
    for (number, sequence) in sequences.enumerated() {
      if let divergence = compare(sequence, transcripts.map { $0[number] }) { return (sequence, divergence) }
    }
    return nil
  }

  private func takeIDs() -> Int64 {
    defer { nextFirstID += DifferentialPlayer.idsPerPlay }
    return nextFirstID
  }

  /// - Parameter transcripts: Of each store.
  private func compare(_ sequence: DifferentialSequence, _ transcripts: [[DifferentialAnswer]]) -> Divergence?
  {
    sequenceCount += 1
    operationCount += sequence.operations.count
    for (operation, answer) in zip(sequence.operations, transcripts[0]) {
      var key = operation.call.rawValue
      if let error = answer.error {
        key += " \(error.code)" + (error.constraint.map { " [\($0.rawValue)]" } ?? "")
      }
      answerCounts[key, default: 0] += 1
    }
    for position in 0...sequence.operations.count {
      let answers = transcripts.map { $0[position].text }
      guard answers.contains(where: { $0 != answers[0] }) else { continue }
      return Divergence(
        position: position,
        operation: position < sequence.operations.count ? sequence.operations[position] : nil,
        answers: zip(names, answers).map { (name: $0, answer: $1) })
    }
    return nil
  }

  /// The smallest sequence found that the stores still disagree on; `sequence` must be one of those.
  ///
  /// Delta debugging (Zeller, Hildebrandt: Simplifying and Isolating Failure-Inducing Input, 2002): operations are left out,
  /// many at a time and then one by one, and then arguments, until none can go.
  /// - Parameter maximumRuns: An end for stores that disagree only sometimes.
  public func shrink(_ sequence: DifferentialSequence, maximumRuns: Int = 2_000) async throws
    -> DifferentialSequence
  {
    var smallest = sequence
    var runs = 0
    var hasChanged = true
    while hasChanged, runs < maximumRuns {
      hasChanged = false
      for candidateSize in Self.chunkSizes(smallest.operations.count) {
        var start = 0
        while start < smallest.operations.count, runs < maximumRuns {
          var candidate = smallest
          let end = min(start + candidateSize, smallest.operations.count)
          candidate.operations.removeSubrange(start..<end)
          runs += 1
          if try await run(candidate) != nil {
            smallest = candidate
            hasChanged = true
          } else {
            start = end
          }
        }
      }
      for index in smallest.operations.indices {
        for simpler in smallest.operations[index].simpler() where runs < maximumRuns {
          var candidate = smallest
          candidate.operations[index] = simpler
          runs += 1
          if try await run(candidate) != nil {
            smallest = candidate
            hasChanged = true
            break
          }
        }
      }
    }
    return smallest
  }

  private static func chunkSizes(_ count: Int) -> [Int] {
    var sizes: [Int] = []
    var size = count / 2
    while size > 0 {
      sizes.append(size)
      size /= 2
    }
    return sizes.isEmpty ? [1] : sizes
  }
}

/// Where stores gave different answers to the same sequence.
public struct Divergence: Sendable, CustomStringConvertible {
  /// The position in the sequence; its length for the state at the end.
  public let position: Int
  /// `nil` for the state at the end.
  public let operation: DifferentialOperation?
  /// By store.
  public let answers: [(name: String, answer: String)]

  public var description: String {
    let what = operation.map { "step \($0.step), \($0.call.rawValue)" } ?? "the state at the end"
    return "\(what):\n" + answers.map { "  \($0.name): \($0.answer)" }.joined(separator: "\n")
  }
}
