import CatalogGenerator
import InstructorStore

/// Executes a ``Mix``.
///
/// Operations are dealt in rounds of ``Mix/total``: every round has each part exactly as often as its weight says, in an
/// order that a permutation draws for the round. So an operation knows without counting how many of its own kind come
/// before it, and each part sees a trace of its own without gaps: parts can be prepared and restored as they are alone.
struct MixedWorkload: Workload {
  private struct Part: Sendable {
    let workload: PreparedWorkload
    let weight: Int
    /// The first of its places in a round.
    let first: Int
  }

  private static let stream = TraceRandom.stream("mix")
  private let parts: [Part]
  private let total: Int
  private let seed: UInt64
  /// Its reads meet its writes.
  let answersDependOnOrder: Bool

  init(_ mix: Mix, _ context: WorkloadContext) {
    var parts: [Part] = []
    var total = 0
    for part in mix.parts {
      guard let workload = part.entry?.make?(context) else { continue }
      parts.append(Part(workload: workload, weight: part.weight, first: total))
      total += part.weight
    }
    self.parts = parts
    self.total = total
    seed = context.seed
    answersDependOnOrder = mix.parts.contains { $0.entry?.kind != .read }
  }

  var needsPreparation: Bool { parts.contains(where: \.workload.needsPreparation) }
  var period: Int { total }

  func operation(_ index: Int) -> BoundOperation {
    let (part, own) = place(index)
    return part.workload.bound(own)
  }

  func execute(_ operation: BoundOperation, on store: any StorageBackend) async throws(StoreError)
    -> ErasedAnswer
  {
    try await operation.execute(on: store)
  }

  func prepare(_ slice: Range<Int>, on store: any StorageBackend) async throws(StoreError) {
    for part in parts { try await part.workload.prepare(own(slice, part), store) }
  }

  func restore(_ slice: Range<Int>, on store: any StorageBackend) async throws(StoreError) {
    for part in parts { try await part.workload.restore(own(slice, part), store) }
  }

  func touch(_ index: Int) -> ReviewTouch? {
    let (part, own) = place(index)
    return part.workload.touch(own)
  }

  private func place(_ index: Int) -> (part: Part, own: Int) {
    let (round, position) = index.quotientAndRemainder(dividingBy: total)
    var random = TraceRandom(seed: seed, stream: Self.stream, index: round)
    let order = KeyedPermutation(count: UInt64(total), key: random.next())
    let place = Int(order.image(of: UInt64(position)))
    var part = parts[0]
    for next in parts.dropFirst() where next.first <= place { part = next }
    return (part, round * part.weight + place - part.first)
  }

  /// The part's operations in all rounds that the slice has a share of.
  private func own(_ slice: Range<Int>, _ part: Part) -> Range<Int> {
    guard !slice.isEmpty else { return 0..<0 }
    return slice.lowerBound / total * part.weight..<((slice.upperBound - 1) / total + 1) * part.weight
  }
}
