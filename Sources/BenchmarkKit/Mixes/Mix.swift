/// A blend of workloads in fixed proportions, described by a small file (see ``MixParser`` for its form).
public struct Mix: Sendable, Codable, Equatable {
  /// One of the workloads, and how many of ``Mix/total`` operations are its.
  public struct Part: Sendable, Codable, Equatable {
    public var workload: String
    public var weight: Int
  }

  public var name: String
  /// What it stands for, in a sentence or two.
  public var description: String
  /// How records are chosen, unless the user says otherwise.
  public var keys: KeyDistribution
  public var parts: [Part]

  public static let weights = 1...1_000
  /// The sum of the weights.
  public var total: Int { parts.reduce(0) { $0 + $1.weight } }

  /// The mix as a workload to run.
  /// - Parameter keys: Instead of the mix's own.
  public func entry(keys override: KeyDistribution? = nil) -> WorkloadEntry {
    WorkloadEntry(
      name, parts.allSatisfy { $0.isRead } ? .read : .write, summary: description,
      detail: parts.map { "\($0.workload) \($0.weight)" }.joined(separator: ", ")
    ) { context in
      var context = context
      context.keys = override ?? keys
      return MixedWorkload(self, context)
    }
  }
}

extension Mix.Part {
  var entry: WorkloadEntry? { WorkloadRegistry.all.first { $0.name == workload } }
  fileprivate var isRead: Bool { entry?.kind == .read }
}
