import Dispatch
import InstructorStore
import Synchronization

/// What the driver threads of one bulk load share: which chunk is next, what failed, who is still at work.
///
/// One thread leads: it prepares, takes part in every phase and finishes. Helpers join while a phase is open and are
/// waited for; a helper that gets no connection in time is not missed.
final class LoadCoordinator: Sendable {
  /// What a unit of work is; a helper that comes late must not take a chunk of rows for an index.
  enum Phase {
    case rows
    case indexes
  }

  struct Totals {
    var records = 0
    var assignments = 0
    var largestID: Int64 = 0
  }

  private struct State {
    var totals = Totals()
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
  var totals: Totals { state.withLock(\.totals) }

  func fail(_ error: StoreError) {
    state.withLock { if $0.failure == nil { $0.failure = error } }
  }

  /// The leader has opened a phase, or has nothing more to do: lets the helpers go on.
  func releaseHelpers() { for _ in 0..<helpers { prepared.signal() } }
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

  func add(_ part: Totals) -> Totals {
    state.withLock { state in
      state.totals.records += part.records
      state.totals.assignments += part.assignments
      state.totals.largestID = max(state.totals.largestID, part.largestID)
      return state.totals
    }
  }
}
