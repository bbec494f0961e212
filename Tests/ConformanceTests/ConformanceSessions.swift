import StoreConformance
import Testing

/// One session per backend for the whole suite, and the count of what ran.
actor ConformanceSessions {
  @TaskLocal static var current: ConformanceSessions?

  private let seed: UInt64
  private var sessions: [BackendUnderTest: Task<ConformanceSession, any Error>] = [:]
  private var results: [BackendUnderTest: [ConformanceResult]] = [:]

  init(seed: UInt64) { self.seed = seed }

  func run(_ conformanceCase: ConformanceCase, on backend: BackendUnderTest) async -> ConformanceResult {
    let session: ConformanceSession
    do {
      session = try await self.session(for: backend)
    } catch {
      return ConformanceResult(
        caseName: conformanceCase.name, target: backend.rawValue,
        failure: "the backend did not start: \(error)")
    }
    let result = await session.run(conformanceCase)
    results[backend, default: []].append(result)
    return result
  }

  /// Removes what the sessions made and prints how many cases ran on which backend.
  func finish() async {
    for backend in Selection.backends {
      if let session = try? await sessions[backend]?.value {
        await session.finish()
        await session.target.shutDown()
      }
      let results = results[backend] ?? []
      let failed = results.count { !$0.passed }
      let duration = results.reduce(Duration.zero) { $0 + $1.duration }
      let slowest = results.sorted { $0.duration > $1.duration }.prefix(3).map {
        "\($0.caseName) \($0.duration.inSeconds)"
      }
      print(
        """
        conformance: \(backend): \(results.count) of \(StoreConformance.allCases.count) cases run, \(failed) failed, \
        \(duration.inSeconds), seed \(seed) (slowest: \(slowest.joined(separator: ", ")))
        """
      )
    }
  }

  private func session(for backend: BackendUnderTest) async throws -> ConformanceSession {
    let task =
      sessions[backend]
      ?? Task { [seed] in
        ConformanceSession(
          target: try await backend.makeTarget(), seed: seed, prefersExecutor: backend.prefersExecutor)
      }
    sessions[backend] = task
    return try await task.value
  }
}

/// Keeps the sessions for as long as the suite runs.
struct ConformanceSessionsTrait: SuiteTrait, TestScoping {
  // For the suite as a whole, once: not again for its tests.
  var isRecursive: Bool { false }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    let seed = testSeed()
    print("conformance: seed \(seed) (CONFORMANCE_SEED=\(seed) makes the same random choices)")
    let sessions = ConformanceSessions(seed: seed)
    do {
      try await ConformanceSessions.$current.withValue(sessions) { try await function() }
    } catch {
      await sessions.finish()
      throw error
    }
    await sessions.finish()
  }
}

extension Trait where Self == ConformanceSessionsTrait {
  static var conformanceSessions: Self { Self() }
}

extension Duration {
  fileprivate var inSeconds: String {
    let tenths = (self / .milliseconds(100)).rounded()
    return "\(tenths / 10) s"
  }
}
