/// Whether a server answers short calls sooner than a further thread would run.
///
/// On a machine that client and server share, such calls take processor time and nothing else. Then more of them under way than there are
/// cores only make threads and server processes take turns, with cold caches: 8 connections served 16 callers with 0.64 of the calls
/// that pgbench made, 2 with 0.85. A server elsewhere, or one behind a tunnel that ends here, wants as many under way as there are
/// connections.
struct QuickAnswers {
  /// As many answers are judged together. The fastest decides: it was kept from running by nobody.
  static let window = 256
  /// A round trip to another machine takes longer.
  static let limitNanoseconds: UInt64 = 100_000

  /// Whether the connection that was opened last is one to this machine.
  var isServerNear = false
  private var isFast = false
  private var noted = 0
  private var fastest = UInt64.max

  var areQuick: Bool { isServerNear && isFast }

  mutating func note(_ nanoseconds: UInt64) {
    fastest = min(fastest, nanoseconds)
    noted += 1
    if noted == Self.window {
      isFast = fastest < Self.limitNanoseconds
      noted = 0
      fastest = .max
    }
  }
}
