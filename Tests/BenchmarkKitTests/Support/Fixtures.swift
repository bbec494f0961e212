import InstructorStore
import Synchronization

@testable import BenchmarkKit

enum Fixture {
  static func catalog(
    seed: UInt64 = 7, instructors: Int = 300, courses: Int = 200, reviewers: Int = 100, reviews: Int = 2_000
  ) throws -> BenchmarkCatalog {
    try BenchmarkCatalog(
      seed: seed, instructors: instructors, courses: courses, reviewers: reviewers, reviews: reviews)
  }

  static func context(_ catalog: BenchmarkCatalog, keys: KeyDistribution = .uniform, seed: UInt64 = 7)
    -> WorkloadContext
  {
    WorkloadContext(catalog: catalog, keys: keys, seed: seed)
  }

  /// For workloads that make no call.
  static var emptyStore: any StorageBackend { InMemoryStore() }

  /// An in-memory store with the catalog in it.
  static func loadedStore(_ catalog: BenchmarkCatalog) async throws -> InMemoryStore {
    let store = InMemoryStore()
    try await store.migrate()
    try await store.bulkLoad(catalog.bulkLoad)
    return store
  }

  static func settings(_ catalog: BenchmarkCatalog, concurrency: Int = 4, seed: UInt64 = 7) -> RunSettings {
    RunSettings(catalog: catalog, seed: seed, concurrency: concurrency, options: TargetOptions())
  }

  /// A machine of one processor, which something else uses all of a second between two readings, or nothing.
  ///
  /// - Parameter isDisturbed: Of each use that is measured, by its number: before and after it there is a reading.
  static func monitor(_ isDisturbed: @escaping @Sendable (Int) -> Bool) -> CPUMonitor {
    struct State {
      var readings = 0
      var idleSeconds = 0.0
    }
    let state = Mutex(State())
    return CPUMonitor {
      state.withLock { state in
        if state.readings % 2 == 1, !isDisturbed(state.readings / 2) { state.idleSeconds += 1 }
        defer { state.readings += 1 }
        return CPUMonitor.Reading(
          nanoseconds: UInt64(state.readings / 2 + state.readings % 2) * 1_000_000_000,
          idleSeconds: state.idleSeconds, processors: 1)
      }
    }
  }

  /// Every workload that is a loop of operations.
  static func prepared(_ context: WorkloadContext) -> [PreparedWorkload] {
    WorkloadRegistry.all.compactMap { $0.make?(context) }
  }

  static func prepared(_ name: String, _ context: WorkloadContext) throws -> PreparedWorkload {
    struct Missing: Error {}
    guard let entry = WorkloadRegistry.all.first(where: { $0.name == name }),
      let workload = entry.make?(context)
    else { throw Missing() }
    return workload
  }
}

/// A target in memory that records which calls it got.
final class FakeTarget: BenchmarkTarget {
  let name: String
  let displayName: String
  let queryAlternatives: [QueryAlternative]
  let address: String?
  private let written: CallCounter
  private let state: TargetState
  private let decorate: @Sendable (InMemoryStore) -> any StorageBackend
  private let store = Mutex<InMemoryStore?>(nil)
  private let recorded = Mutex<[String]>([])

  var calls: [String] { recorded.withLock { $0 } }

  init(
    _ name: String = "fake", state: TargetState = .absent, address: String? = nil,
    alternatives: [QueryAlternative] = [], written: CallCounter = CallCounter(),
    decorate: @escaping @Sendable (InMemoryStore) -> any StorageBackend = { $0 }
  ) {
    self.name = name
    displayName = name
    queryAlternatives = alternatives
    self.state = state
    self.address = address
    self.written = written
    self.decorate = decorate
  }

  private func record(_ call: String) { recorded.withLock { $0.append(call) } }

  func inspect() async throws -> TargetState {
    record("inspect")
    return state
  }
  func prepare() async throws {
    record("prepare")
    store.withLock { $0 = InMemoryStore() }
  }
  func open(_ options: TargetOptions) async throws(StoreError) -> any StorageBackend {
    let settings = options.settings.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
    record("open" + settings)
    guard let store = store.withLock({ $0 }) else {
      throw StoreError(.schemaMismatch, operation: "open", backend: name, reason: "not prepared")
    }
    return decorate(store.makeHandle())
  }
  func settle() async throws { record("settle") }
  func catchUp() async throws {
    record("catchUp")
    written.add(1_000_000)
  }
  /// A server that is asked writes a thousand bytes.
  func writtenBytes() async throws -> Int? {
    address == nil ? nil : written.add(1_000)
  }
  func environment() async throws -> [String: String] { ["durability": "none"] }
  func remove() async throws { record("remove") }
}
