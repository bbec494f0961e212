import InstructorStore

/// Times a long query under each of a target's alternatives, by turns.
///
/// A server that gives one query several processors answers a lone caller sooner, and many callers perhaps later: so there
/// are both figures.
struct AlternativesRun: Sendable {
  static let rounds = 3
  /// With very many records a round takes long, and one has to do.
  private static let budget = Duration.seconds(10)
  /// Nothing timed gets there.
  private static let first = IdentifierSpace.operationsPerWorkload / 16 * 11

  let target: any BenchmarkTarget
  let options: TargetOptions
  let workload: PreparedWorkload
  let callers: Int
  /// Of one caller, and of all, in each round.
  let time: Duration

  private struct Measured {
    var alone = LatencyHistogram()
    var throughputs: [Double] = []
  }

  /// Empty where the workload has no long queries, or the target nothing to show.
  func run() async throws -> [AlternativeFigures] {
    let alternatives = target.queryAlternatives
    guard workload.isLongQuery, !alternatives.isEmpty else { return [] }
    var measured = alternatives.map { _ in Measured() }
    let end = ContinuousClock.now + Self.budget
    for round in 0..<Self.rounds where round == 0 || ContinuousClock.now < end {
      // Forwards and backwards: what drifts hits all.
      let order = round % 2 == 0 ? Array(alternatives.indices) : alternatives.indices.reversed()
      for number in order { try await measure(alternatives[number], &measured[number]) }
    }
    return zip(alternatives, measured).map { alternative, measured in
      AlternativeFigures(
        label: alternative.label, settings: alternative.settings,
        aloneNanoseconds: LatencySummary(measured.alone).p50, callers: callers,
        throughputPerSecond: MedianRange(measured.throughputs)?.median ?? 0)
    }
  }

  private func measure(_ alternative: QueryAlternative, _ measured: inout Measured) async throws {
    var own = options
    own.settings.merge(alternative.settings) { _, new in new }
    let activity = "timing \(workload.name) \(alternative.label) on \(target.displayName)"
    let store = try await Loader.naming(activity) { try await target.open(own) }
    do {
      // Every connection has prepared its statement by then.
      _ = try await slice(options.connections, nil, store, activity)
      measured.alone.add(try await slice(1, time, store, activity).latency)
      measured.throughputs.append(try await slice(callers, time, store, activity).throughputPerSecond)
    } catch {
      await store.close()
      throw error
    }
    await store.close()
  }

  /// - Parameter time: `nil` makes one call of each caller.
  private func slice(_ callers: Int, _ time: Duration?, _ store: any StorageBackend, _ activity: String)
    async throws -> SliceResult
  {
    let count = time == nil ? callers : IdentifierSpace.operationsPerWorkload / 16
    let request = SliceRequest(
      operations: Self.first..<Self.first + count, concurrency: callers, stopsAfter: time)
    let result = await withTaskExecutorPreference(store.executor) { await workload.runSlice(request, store) }
    try Task.checkCancellation()
    if let fatal = result.fatal { throw BenchmarkFailure(fatal, during: activity) }
    return result
  }
}
