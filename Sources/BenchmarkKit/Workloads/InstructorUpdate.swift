public import InstructorStore

/// Changes four fields of one instructor (title, learners, average rating, rating count) and reads it back; as a
/// read-modify-write it reads the instructor first, with a call of its own.
///
/// Afterwards the four fields get the catalog's values again, untimed; the versions stay ahead.
public struct InstructorUpdate: Workload {
  private let readsFirst: Bool
  private let stream: UInt64
  private let context: WorkloadContext
  private let keys: KeyChooser

  public struct Operation: TraceOperation {
    let number: Int
    let readsFirst: Bool
    let id: InstructorID
    let title: String
    let learners: Int64
    let averageRating: AverageRating
    let ratingCount: Int64

    var patch: InstructorPatch {
      InstructorPatch(
        title: .set(title), learners: learners, averageRating: .set(averageRating), ratingCount: ratingCount)
    }

    public func add(to digest: inout TraceDigest) {
      digest.add(id.rawValue)
      digest.add(title)
      digest.add(learners)
      digest.add(averageRating.tenths)
      digest.add(ratingCount)
    }

    public var text: String {
      (readsFirst ? "get, then " : "")
        + "update(\(id), title: \"\(title)\", learners: \(learners), averageRating: \(averageRating), "
        + "ratingCount: \(ratingCount))"
    }
  }

  public init(_ context: WorkloadContext, readsFirst: Bool = false) {
    self.context = context
    self.readsFirst = readsFirst
    stream = TraceRandom.stream(readsFirst ? "instructor-read-update" : "instructor-update")
    keys = context.instructorKeys
  }

  private static let titles = [
    "Professor of Computer Science", "Lecturer", "Director of Studies", "Associate Professor of Statistics",
    "Senior Instructor", "Research Fellow", "Head of Data Engineering", "Teaching Assistant",
  ]

  public func operation(_ index: Int) -> Operation {
    var random = context.random(stream, index)
    let number = keys.next(&random)
    return Operation(
      number: number, readsFirst: readsFirst, id: context.catalog.id(number),
      title: Self.titles[random.below(Self.titles.count)],
      learners: Int64(random.below(1_000_000)), averageRating: AverageRating(tenths: random.below(51)),
      ratingCount: Int64(random.below(100_000)))
  }

  public func execute(_ operation: Operation, on store: any StorageBackend) async throws(StoreError)
    -> Instructor
  {
    if readsFirst { _ = try await store.instructors.get(operation.id) }
    return try await store.instructors.update(operation.id, operation.patch, ifVersion: nil)
  }

  public func restore(_ slice: Range<Int>, on store: any StorageBackend) async throws(StoreError) {
    let numbers = Array(Set(slice.map { operation($0).number })).sorted()
    try await InverseWork.each(in: numbers.indices) { index throws(StoreError) in
      let original = context.catalog.instructor(numbers[index])
      let patch = InstructorPatch(
        title: original.title.map { .set($0) } ?? .clear, learners: original.learners,
        averageRating: original.averageRating.map { .set($0) } ?? .clear, ratingCount: original.ratingCount)
      _ = try await store.instructors.update(context.catalog.id(numbers[index]), patch, ifVersion: nil)
    }
  }
}
