import InstructorStore
import Synchronization

/// One backend under test and what its cases share: a migrated store, a second handle on it, and ranges of ids.
///
/// Most cases work on the shared store, each with ids, courses and names that no other case uses; a schema or a
/// database for each of them would take minutes. Call ``finish()`` at the end.
public final class ConformanceSession: Sendable {
  public let target: any ConformanceTarget
  /// Decides every random choice of the cases.
  public let seed: UInt64
  /// A case that takes longer has failed. It is cancelled and not waited for.
  public let caseTimeLimit: Duration

  /// Whether the cases' tasks run on the store's own executor, where it has one.
  public let prefersExecutor: Bool

  let numbers = FreshNumbers()
  private let sharedPlace: SharedPlace

  public init(
    target: any ConformanceTarget, seed: UInt64, caseTimeLimit: Duration = .seconds(120),
    prefersExecutor: Bool = false
  ) {
    self.prefersExecutor = prefersExecutor
    self.target = target
    self.seed = seed
    self.caseTimeLimit = caseTimeLimit
    sharedPlace = SharedPlace(target)
  }

  /// Runs one case. Whatever it opened for itself is closed and removed again.
  public func run(_ conformanceCase: ConformanceCase) async -> ConformanceResult {
    let clock = ContinuousClock()
    let start = clock.now
    let failure = await withTimeLimit(caseTimeLimit) { await self.failure(of: conformanceCase) }
    return ConformanceResult(
      caseName: conformanceCase.name, target: target.name, failure: failure, duration: clock.now - start)
  }

  /// Closes and removes the shared store. Safe to call twice.
  public func finish() async { await sharedPlace.remove() }

  private func failure(of conformanceCase: ConformanceCase) async -> String? {
    let privatePlaces = PrivatePlaces()
    var failure: String?
    do {
      let (store, other) = try await sharedPlace.stores()
      let context = ConformanceContext(
        session: self, store: store, secondHandle: other, privatePlaces: privatePlaces,
        random: SeededGenerator(seed: seed, stream: conformanceCase.name))
      try await withTaskExecutorPreference(prefersExecutor ? store.executor : nil) {
        try await conformanceCase.run(context)
      }
    } catch {
      failure = String(describing: error)
    }
    do {
      try await privatePlaces.removeAll()
    } catch {
      failure = failure ?? "cleaning up after the case: \(error)"
    }
    return failure
  }
}

/// The store that most cases of a session share; made when the first case asks.
private actor SharedPlace {
  private let target: any ConformanceTarget
  private var opening: Task<Opened, any Error>?

  private struct Opened: Sendable {
    let namespace: any StoreNamespace
    let store: any StorageBackend
    let other: any StorageBackend
  }

  init(_ target: any ConformanceTarget) { self.target = target }

  func stores() async throws -> (any StorageBackend, any StorageBackend) {
    let task =
      opening
      ?? Task { [target] in
        let namespace = try await target.makeNamespace()
        let store = try await namespace.openStore()
        try await store.migrate()
        return Opened(namespace: namespace, store: store, other: try await namespace.openStore())
      }
    opening = task
    let opened = try await task.value
    return (opened.store, opened.other)
  }

  func remove() async {
    guard let task = opening else { return }
    opening = nil
    guard let opened = try? await task.value else { return }
    await opened.store.close()
    await opened.other.close()
    try? await opened.namespace.remove()
  }
}

/// The places one case made for itself.
actor PrivatePlaces {
  private var places: [PrivatePlace] = []

  func add(_ place: PrivatePlace) { places.append(place) }

  func removeAll() async throws {
    var firstError: (any Error)?
    for place in places {
      do { try await place.remove() } catch { firstError = firstError ?? error }
    }
    places = []
    if let firstError { throw firstError }
  }
}

/// Runs `body`, and answers with a failure's text when it isn't over in time. The body is cancelled then, and left to
/// itself: waiting for a call that never returns would hang the whole run.
private func withTimeLimit(_ limit: Duration, _ body: @escaping @Sendable () async -> String?) async
  -> String?
{
  let answer = FirstAnswer()
  return await withTaskCancellationHandler {
    await withCheckedContinuation { continuation in
      answer.wait(continuation)
      let work = Task { answer.give(await body()) }
      let timer = Task {
        try await Task.sleep(for: limit)
        work.cancel()
        answer.give("not over after \(limit)")
      }
      answer.onGiven { timer.cancel() }
    }
  } onCancel: {
    answer.give("the run was cancelled")
  }
}

/// Hands the first answer given to the one that waits.
private final class FirstAnswer: Sendable {
  private struct State {
    var continuation: CheckedContinuation<String?, Never>?
    var answer: String??
    var cleanUp: (@Sendable () -> Void)?
  }
  private let state = Mutex(State())

  func wait(_ continuation: CheckedContinuation<String?, Never>) {
    let early = state.withLock { state -> String?? in
      if state.answer == nil { state.continuation = continuation }
      return state.answer
    }
    if let early { continuation.resume(returning: early) }
  }

  func give(_ answer: String?) {
    let (continuation, cleanUp) = state.withLock { state in
      guard state.answer == nil else {
        return (nil, nil) as (CheckedContinuation<String?, Never>?, (@Sendable () -> Void)?)
      }
      state.answer = .some(answer)
      defer { state.continuation = nil }
      return (state.continuation, state.cleanUp)
    }
    cleanUp?()
    continuation?.resume(returning: answer)
  }

  func onGiven(_ cleanUp: @escaping @Sendable () -> Void) {
    let isGiven = state.withLock { state in
      state.cleanUp = cleanUp
      return state.answer != nil
    }
    if isGiven { cleanUp() }
  }
}
