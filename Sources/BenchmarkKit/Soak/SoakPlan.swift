/// How long a soak takes.
public struct SoakPlan: Sendable {
  /// Long enough for two checkpoints of PostgreSQL (5 minutes apart), ten of mongod (a minute) and several rounds of
  /// autovacuum.
  public static let leastByDefault = Duration.seconds(600)

  /// Of each workload on each backend.
  public var duration: Duration
  /// What throughput over time is made of.
  public var window: Duration
  /// How long the server is watched before and after, with nothing to do for us.
  public var watch: Duration

  /// Work may come long after the write that caused it: mongod wrote 16 MB 40 s after its last one.
  public static let longestWatch = Duration.seconds(75)

  public init(duration: Duration) {
    self.duration = duration
    window = .seconds(min(10, max(0.5, duration.seconds / 60)))
    watch = .seconds(min(Self.longestWatch.seconds, max(1, duration.seconds / 8)))
  }

  /// How long one workload takes on one backend, without loading.
  public var totalSeconds: Double { duration.seconds + Self.idleWatch(watch).seconds + watch.seconds + 2 }

  /// Before the start a shorter look tells what an idle server uses.
  static func idleWatch(_ watch: Duration) -> Duration { .seconds(min(10, watch.seconds)) }
}
