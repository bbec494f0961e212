import BenchmarkKit
@preconcurrency import Dispatch
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Ctrl-C, SIGTERM and the end of the terminal: the first asks the work to stop, the second ends the process at once.
/// A reader of the output that went away ends nothing: what was made has to be removed first.
///
/// Ending at once is safe for throwaway servers: a guardian process stops them and removes their folder.
final class Signals: Sendable {
  struct Received: Sendable {
    let name: String
    let exitStatus: ExitStatus
  }

  private struct State {
    var first: Received?
    var onFirst: (@Sendable () -> Void)?
  }

  private static let watched: [(number: Int32, received: Received)] = [
    (SIGINT, Received(name: "interrupted (Ctrl-C)", exitStatus: .interrupted)),
    (SIGTERM, Received(name: "terminated (SIGTERM)", exitStatus: .terminated)),
    (SIGHUP, Received(name: "the terminal is gone (SIGHUP)", exitStatus: .hungUp)),
  ]

  private let state = Mutex(State())
  private let sources: [any DispatchSourceSignal]

  var received: Received? { state.withLock { $0.first } }

  init() {
    signal(SIGPIPE, SIG_IGN)
    let queue = DispatchQueue(label: "dbbench.signals")
    // Under nohup the terminal may go.
    let watched = Self.watched.filter { $0.number != SIGHUP || !Self.isIgnored(SIGHUP) }
    sources = watched.map { number, _ in
      // The default action would end the process before anything is put away.
      signal(number, SIG_IGN)
      return DispatchSource.makeSignalSource(signal: number, queue: queue)
    }
    for (source, watched) in zip(sources, watched) {
      source.setEventHandler { [weak self] in self?.handle(watched.received) }
      source.resume()
    }
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    guard sigaction(number, nil, &action) == 0 else { return false }
    #if canImport(Darwin)
      let handler = action.__sigaction_u.__sa_handler
    #elseif canImport(Musl)
      let handler = action.__sa_handler.sa_handler
    #else
      let handler = action.__sigaction_handler.sa_handler
    #endif
    return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  /// Calls `body` at the first signal, which may have come already.
  func onFirst(_ body: @escaping @Sendable () -> Void) {
    let isLate = state.withLock { state in
      state.onFirst = body
      return state.first != nil
    }
    if isLate { body() }
  }

  func stop() { for source in sources { source.cancel() } }

  private func handle(_ received: Received) {
    let (isFirst, body) = state.withLock { state in
      defer { if state.first == nil { state.first = received } }
      return (state.first == nil, state.onFirst)
    }
    guard isFirst else { Output.exit(received.exitStatus.rawValue) }
    Output.note("\n\(received.name): stopping and putting everything away; once more to end at once")
    body?()
  }
}
