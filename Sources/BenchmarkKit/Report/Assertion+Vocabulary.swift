extension Assertion {
  /// What assertions about one kind of measurement may name.
  public struct Vocabulary: Sendable {
    struct Metric: Sendable {
      var name: String
      var statistics: [String]
    }

    var arms: [String]
    var workloads: [String]
    /// Of an arm.
    var metrics: [Metric]
    /// Of the first arm to the second; empty where arms aren't compared.
    var ratio: [Metric] = []

    /// Metrics that are times, in nanoseconds.
    static let times = ["response", "lag", "queue", "service", "delivery"]
    private static let range = ["median", "minimum", "maximum"]
    private static let estimate = ["estimate", "lower", "upper"]
    private static let response = Metric(
      name: "response", statistics: ["p50", "p90", "p95", "p99", "p999", "max", "mean"])
    private static let errors = Metric(name: "errors", statistics: ["count"])

    /// `dbbench compare` and `report`: throughput over blocks.
    public static func comparison(_ plan: RecordedPlan) -> Self {
      Self(
        arms: plan.arms.map(\.name), workloads: plan.workloads,
        metrics: [Metric(name: "throughput", statistics: range), response, errors],
        ratio: [Metric(name: "throughput", statistics: estimate)])
    }

    /// `dbbench run`: one throughput, that of all its time, and what the response times are made of.
    public static func run(arms: [String], workloads: [String]) -> Self {
      Self(
        arms: arms, workloads: workloads,
        metrics: [Metric(name: "throughput", statistics: ["mean"])]
          + times.filter { $0 != "lag" }.map { Metric(name: $0, statistics: response.statistics) } + [errors])
    }

    /// `dbbench run --rate`: a miss failed or was dropped.
    public static func openLoop(arms: [String], workloads: [String]) -> Self {
      Self(
        arms: arms, workloads: workloads,
        metrics: [Metric(name: "throughput", statistics: ["mean"])]
          + times.map { Metric(name: $0, statistics: response.statistics) }
          + [errors, Metric(name: "misses", statistics: ["count"])])
    }

    /// `dbbench run --soak`: the minimum is that of the slowest window.
    public static func soak(arms: [String], workloads: [String]) -> Self {
      Self(
        arms: arms, workloads: workloads,
        metrics: [Metric(name: "throughput", statistics: ["mean", "minimum"]), response, errors])
    }

    /// `dbbench capacity`: over its searches.
    public static func capacity(arms: [String], workloads: [String]) -> Self {
      Self(
        arms: arms, workloads: workloads, metrics: [Metric(name: "capacity", statistics: range)],
        ratio: [Metric(name: "capacity", statistics: estimate)])
    }
  }
}
