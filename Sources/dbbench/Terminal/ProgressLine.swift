import BenchmarkKit
import Synchronization

/// Progress on standard error: on a terminal one line that is rewritten, elsewhere a line per step and,
/// within a long step, one every 10 s at the most.
final class ProgressLine: Sendable {
  private struct State {
    var isShowing = false
    var lastUpdate: ContinuousClock.Instant?
  }

  private static let plainInterval = Duration.seconds(10)
  private static let terminalInterval = Duration.milliseconds(100)

  private let isTerminal: Bool
  private let state = Mutex(State())

  init() { isTerminal = Output.isErrorTerminal }

  func step(_ text: String) {
    state.withLock { state in
      clear(&state)
      Output.note("  \(text)")
      // On a terminal the next update may be shown at once, elsewhere only after a while.
      state.lastUpdate = isTerminal ? nil : ContinuousClock.now
    }
  }

  func update(_ text: String) {
    state.withLock { state in
      let now = ContinuousClock.now
      let interval = isTerminal ? Self.terminalInterval : Self.plainInterval
      if let last = state.lastUpdate, now - last < interval { return }
      state.lastUpdate = now
      guard isTerminal else {
        Output.note("  \(text)")
        return
      }
      clear(&state)
      Output.raw("  " + String(text.prefix(max(20, Output.columns - 4))))
      state.isShowing = true
    }
  }

  /// Removes the rewritten line, before something else is printed.
  func finish() { state.withLock { clear(&$0) } }

  private func clear(_ state: inout State) {
    guard state.isShowing else { return }
    Output.raw("\r\u{1B}[2K")
    state.isShowing = false
  }

  func sink(isQuiet: Bool) -> ProgressSink {
    isQuiet
      ? .none
      : ProgressSink(step: { [self] in step($0) }, update: { [self] in update($0) })
  }
}
