public import InstructorStore

/// One way in which the connection of an operation's exchange misbehaves.
public struct SweepCase: Sendable, CustomStringConvertible {
  private enum Fault {
    /// It ends, at one byte after the other.
    case cut
    /// Bytes of the answer are others, one after the other.
    case damage
    /// Messages come in pieces of so many bytes.
    case slices(Int)
  }

  private let operation: SweptOperation
  private let fault: Fault

  public var description: String { "\(operation), \(fault)" }

  /// The large ones have messages that no buffer takes at once.
  public static let all: [SweepCase] =
    (SweptOperation.all + SweptOperation.large).map { SweepCase(operation: $0, fault: .cut) }
    + SweptOperation.answers.map { SweepCase(operation: $0, fault: .damage) }
    + SweptOperation.all.map { SweepCase(operation: $0, fault: .slices(1)) }
    + SweptOperation.large.flatMap { operation in
      [977, 32 * 1024 - 1].map { SweepCase(operation: operation, fault: .slices($0)) }
    }

  /// Opens a store, sweeps, and closes it.
  ///
  /// - Parameters:
  ///   - observer: A handle on the same data that doesn't go through the proxy.
  ///   - open: Makes a store of one connection that does.
  ///   - hold: As ``FaultSweep/init(_:store:observer:hold:)``.
  /// - Returns: What was not as it should be; a sweep that saw next to nothing is not.
  public func problems<Store: StorageBackend>(
    through proxy: FaultProxy, observer: any StorageBackend, open: (DispatchMode) async throws -> Store,
    hold: @escaping @Sendable (Store) async throws -> @Sendable () async throws -> Void
  ) async throws -> [String] {
    // What is said while a store is opened comes byte by byte too.
    if case .slices(1) = fault { proxy.slice(1) }
    let opened: Result<Store, any Error>
    do { opened = .success(try await open(operation.dispatch)) } catch { opened = .failure(error) }
    proxy.slice(nil)
    let store = try opened.get()
    let sweep = FaultSweep(proxy, store: store, observer: observer) { try await hold(store) }
    let result: Result<[String], any Error>
    do { result = .success(try await problems(sweep)) } catch { result = .failure(error) }
    await store.close()
    return try result.get()
  }

  private func problems(_ sweep: FaultSweep) async throws -> [String] {
    let step = isFullTest ? 1 : 7
    let report: FaultSweep.Report
    switch fault {
    case .slices(let bytes): return try await sweep.runSliced(operation, bytes: bytes)
    case .cut: report = try await sweep.run(operation, every: step)
    case .damage: report = try await sweep.runDamaged(operation, every: step)
    }
    print("\(self): \(report)")
    return report.problems + (report.cuts > 5 ? [] : ["\(self): only \(report.cuts) bytes were hit"])
  }
}
