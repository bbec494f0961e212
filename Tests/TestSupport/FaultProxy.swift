import Foundation
import Synchronization

/// Stands between a client, which connects by TCP, and a server, and ends a connection at a byte, changes a byte, or passes everything
/// on in slices.
///
/// Does so, and counts, within the connections that are open when it is told to; those that are opened later pass unchanged. Meant for protocols of requests and answers: neither side goes on
/// sending megabytes while the other does.
public final class FaultProxy: Sendable {
  public enum Direction: String, Sendable, CaseIterable { case toServer, toClient }

  public enum Fault: Sendable {
    /// The client's connection ends as if a router had forgotten it. The server's is closed.
    case reset
    /// The client's connection ends as if the server did.
    case close
    /// The byte arrives with all its bits turned over, and what follows as it is.
    case damage
  }

  /// Of 127.0.0.1.
  public let port: UInt16
  private let serverPath: String
  private let state = Mutex(State())

  private struct Plan {
    let direction: Direction
    let offset: Int
    let fault: Fault
  }

  private struct State {
    var connections = 0
    /// Connections with lower numbers are counted and harmed.
    var firstUnwatched = 0
    var passed: [Direction: Int] = [:]
    var plan: Plan?
    var hasHarmed = false
    var sliceBytes: Int?
  }

  /// Listens for as long as this process lives; each connection takes a thread until either side closes it.
  /// - Parameter serverPath: The server's unix socket: it asks for no password there.
  public init(serverPath: String) throws {
    let listener: Int32
    (listener, port) = try LoopbackSocket.listen()
    self.serverPath = serverPath
    Thread.detachNewThread { [self] in
      while let client = LoopbackSocket.accept(on: listener) {
        guard let server = LoopbackSocket.connect(toPath: serverPath) else {
          close(client)
          continue
        }
        let number = state.withLock { state in
          state.connections += 1
          return state.connections - 1
        }
        Thread.detachNewThread { self.pass(client, server, number) }
      }
    }
  }

  // MARK: What to do

  /// Counts from now on what the open connections pass.
  public func watch() { begin(nil) }

  /// Lets `offset` bytes more pass in a direction, and harms the next one. Once.
  public func harm(_ direction: Direction, after offset: Int, by fault: Fault) {
    begin(Plan(direction: direction, offset: offset, fault: fault))
  }

  /// The bytes that passed in a direction since ``watch()`` or ``harm(_:after:by:)``.
  public func passed(_ direction: Direction) -> Int { state.withLock { $0.passed[direction] ?? 0 } }

  /// Whether what ``harm(_:after:by:)`` asked for has happened; if not, it won't any more.
  public func endHarm() -> Bool {
    state.withLock { state in
      state.plan = nil
      return state.hasHarmed
    }
  }

  /// Passes all that comes in pieces of so many bytes; `nil` for as it comes.
  public func slice(_ bytes: Int?) { state.withLock { $0.sliceBytes = bytes } }

  private func begin(_ plan: Plan?) {
    state.withLock { state in
      state.firstUnwatched = state.connections
      state.passed = [:]
      state.plan = plan
      state.hasHarmed = false
    }
  }

  // MARK: Connections

  private func pass(_ client: Int32, _ server: Int32, _ number: Int) {
    var isReset = false
    var descriptors = [client, server].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    connection: while poll(&descriptors, 2, -1) > 0 || errno == EINTR {
      for (index, direction) in [Direction.toServer, .toClient].enumerated()
      where descriptors[index].revents != 0 {
        var bytes = LoopbackSocket.receive(from: descriptors[index].fd)
        guard !bytes.isEmpty else { break connection }
        let harm = dueHarm(bytes.count, direction, number)
        switch harm?.fault {
        case .damage?: bytes[harm?.place ?? 0] ^= 0xFF
        case .reset?, .close?: bytes.removeSubrange((harm?.place ?? 0)...)
        case nil: break
        }
        isReset = harm?.fault == .reset
        guard send(bytes, to: descriptors[1 - index].fd), harm == nil || harm?.fault == .damage else {
          break connection
        }
      }
    }
    if isReset { LoopbackSocket.reset(client) } else { close(client) }
    close(server)
  }

  /// What is to happen to which of so many bytes that are about to pass.
  private func dueHarm(_ count: Int, _ direction: Direction, _ number: Int) -> (place: Int, fault: Fault)? {
    state.withLock { state in
      guard number < state.firstUnwatched else { return nil }
      let passed = state.passed[direction] ?? 0
      state.passed[direction] = passed + count
      guard let plan = state.plan, !state.hasHarmed, plan.direction == direction, passed + count > plan.offset
      else { return nil }
      state.hasHarmed = true
      return (plan.offset - passed, plan.fault)
    }
  }

  private func send(_ bytes: [UInt8], to socket: Int32) -> Bool {
    guard let sliceBytes = state.withLock({ $0.sliceBytes }) else {
      return LoopbackSocket.send(bytes, to: socket)
    }
    var rest = bytes[...]
    while !rest.isEmpty {
      guard LoopbackSocket.send(rest.prefix(sliceBytes), to: socket) else { return false }
      rest = rest.dropFirst(sliceBytes)
      // Nobody tells when the other side has taken it, and together the slices would be one again.
      usleep(1)
    }
    return true
  }
}
