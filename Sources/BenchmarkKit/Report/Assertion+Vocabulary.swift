extension Assertion {
  /// What assertions about one kind of measurement may name.
  public struct Vocabulary: Sendable {
    struct Metric: Sendable {
      var name: String
      var statistics: [String]
    }

    /// What has figures of its own: a workload, or a workload under a load of its own (see ``Assertion/subject(_:ratePerSecond:)``).
    struct Subject: Sendable {
      var name: String
      /// Of an arm.
      var metrics: [Metric]
      /// Of the first arm to the second; empty where arms aren't compared.
      var ratio: [Metric] = []
    }

    var arms: [String]
    var subjects: [Subject]

    private init(
      arms: [String], workloads: [String], metrics: [Metric], ratio: [Metric] = []
    ) {
      self.arms = arms
      subjects = workloads.map { Subject(name: $0, metrics: metrics, ratio: ratio) }
    }

    /// Metrics that are times, in nanoseconds, of calls.
    static let times = ["response", "lag", "queue", "service", "delivery"]
    /// Those of processors too.
    static let durations = times + ["cpu"]
    private static let range = ["median", "minimum", "maximum"]
    private static let estimate = ["estimate", "lower", "upper"]
    private static let response = Metric(
      name: "response", statistics: ["p50", "p90", "p95", "p99", "p999", "max", "mean"])
    private static let errors = Metric(name: "errors", statistics: ["count"])
    private static let misses = Metric(name: "misses", statistics: ["count"])
    /// Per operation, of the client, the arm's own server, or both.
    private static let cpu = Metric(name: "cpu", statistics: ["client", "server", "total"])
    private static let allTimes = times.map { Metric(name: $0, statistics: response.statistics) }
    private static let soaked = [
      Metric(name: "throughput", statistics: ["mean", "minimum"]), response, errors,
    ]

    /// `dbbench compare` and `report`: throughput over blocks, and what the plan has beside them: loads that are offered, soaks, the
    /// loads of `bulk-load` (rows a second).
    public static func comparison(_ plan: RecordedPlan) -> Self {
      let throughput = Metric(name: "throughput", statistics: range)
      let timed = plan.timedWorkloads
      var vocabulary = Self(
        arms: plan.arms.map(\.name), workloads: timed,
        metrics: [throughput, response, errors, cpu, Metric(name: "noise", statistics: ["rms"])],
        ratio: [Metric(name: "throughput", statistics: estimate)])
      for rate in plan.openLoop?.rates ?? [] {
        vocabulary.subjects += timed.map { name in
          Subject(
            name: Assertion.subject(name, ratePerSecond: rate),
            metrics: [throughput] + allTimes + [errors, misses, cpu])
        }
      }
      if plan.soakSeconds != nil {
        vocabulary.subjects += timed.map { Subject(name: Assertion.soakSubject($0), metrics: soaked) }
      }
      vocabulary.subjects += plan.workloads.filter { !timed.contains($0) }.map {
        Subject(name: $0, metrics: [throughput])
      }
      return vocabulary
    }

    /// `dbbench run`: one throughput, that of all its time, and what the response times are made of.
    public static func run(arms: [String], workloads: [String]) -> Self {
      Self(
        arms: arms, workloads: workloads,
        metrics: [Metric(name: "throughput", statistics: ["mean"])]
          + allTimes.filter { $0.name != "lag" } + [errors])
    }

    /// `dbbench run --rate`: a miss failed or was dropped.
    public static func openLoop(arms: [String], workloads: [String]) -> Self {
      Self(
        arms: arms, workloads: workloads,
        metrics: [Metric(name: "throughput", statistics: ["mean"])] + allTimes + [errors, misses])
    }

    /// `dbbench run --soak`: the minimum is that of the slowest window.
    public static func soak(arms: [String], workloads: [String]) -> Self {
      Self(arms: arms, workloads: workloads, metrics: soaked)
    }

    /// `dbbench capacity`: over its searches.
    public static func capacity(arms: [String], workloads: [String]) -> Self {
      Self(
        arms: arms, workloads: workloads, metrics: [Metric(name: "capacity", statistics: range)],
        ratio: [Metric(name: "capacity", statistics: estimate)])
    }
  }

  /// What a workload under an offered load is called: `course-team@500`.
  static func subject(_ workload: String, ratePerSecond: Double) -> String {
    let isWhole = ratePerSecond == ratePerSecond.rounded() && ratePerSecond < 1e15
    return "\(workload)@" + (isWhole ? "\(Int(ratePerSecond))" : "\(ratePerSecond)")
  }

  /// What the soak of a workload is called.
  static func soakSubject(_ workload: String) -> String { "\(workload)@soak" }
}
