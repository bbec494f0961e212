import Dispatch
import InstructorStore
import Synchronization

/// What the driver threads of one bulk load share: which chunk is next, what failed, who is still at work.
///
/// One thread leads: it prepares, takes part in every phase and finishes. Helpers join while a phase is open and are
/// waited for; a helper that gets no connection in time is not missed.
final class LoadCoordinator: Sendable {
  /// What a unit of work is; a helper that comes late must not take a chunk of rows for an index. In this order.
  enum Phase: CaseIterable {
    /// Chunks of instructors and reviewers.
    case people
    /// Chunks of reviews and ratings. Into tables that were not empty, a review needs its reviewer to be there.
    case reviews
    case indexes
  }

  private struct State {
    var totals = [LoadPart.Totals](repeating: LoadPart.Totals(), count: LoadSource.allCases.count)
    var nextUnit = 0
    var units = 0
    var open: Phase?
    var failure: StoreError?
  }
  private let state = Mutex(State())
  private let prepared = DispatchSemaphore(value: 0)
  private let helpers: Int
  private let atWork = DispatchGroup()

  init(helpers: Int) { self.helpers = helpers }

  var failure: StoreError? { state.withLock(\.failure) }
  func totals(of source: LoadSource) -> LoadPart.Totals { state.withLock { $0.totals[source.rawValue] } }

  func fail(_ error: StoreError) {
    state.withLock { if $0.failure == nil { $0.failure = error } }
  }

  /// The leader has opened a phase: lets the helpers go on.
  func releaseHelpers() { for _ in 0..<helpers { prepared.signal() } }
  /// There is nothing more to do: lets the helpers go on, whatever phase they wait for.
  func dismissHelpers() { for _ in Phase.allCases { releaseHelpers() } }
  func waitForLeader() { prepared.wait() }

  /// Opens a phase of `units` pieces of work.
  func open(_ phase: Phase, units: Int) {
    state.withLock {
      $0.nextUnit = 0
      $0.units = units
      $0.open = phase
    }
  }

  /// Takes part in the phase, if it is open, until no work is left or something failed.
  func work(in phase: Phase, _ body: (Int) throws(StoreError) -> Void) throws(StoreError) {
    let joins = state.withLock { state in
      guard state.open == phase else { return false }
      atWork.enter()
      return true
    }
    guard joins else { return }
    defer { atWork.leave() }
    while true {
      let unit: Int? = state.withLock { state in
        guard state.failure == nil, state.nextUnit < state.units else { return nil }
        defer { state.nextUnit += 1 }
        return state.nextUnit
      }
      guard let unit else { return }
      do throws(StoreError) { try body(unit) } catch {
        fail(error)
        throw error
      }
    }
  }

  /// Ends the phase: nobody joins any more, and everybody has finished.
  func close() throws(StoreError) {
    state.withLock { $0.open = nil }
    atWork.wait()
    if let failure { throw failure }
  }

  /// Returns how many records of all sources are done.
  func add(_ part: LoadPart.Totals, to source: LoadSource) -> Int {
    state.withLock { state in
      state.totals[source.rawValue].records += part.records
      state.totals[source.rawValue].assignments += part.assignments
      state.totals[source.rawValue].largestID = max(state.totals[source.rawValue].largestID, part.largestID)
      return state.totals.reduce(0) { $0 + $1.records }
    }
  }
}
