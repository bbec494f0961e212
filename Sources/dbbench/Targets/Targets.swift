import BenchmarkKit
import EphemeralServers

/// A DBMS that `dbbench` knows, and which throwaway server it can start for it.
struct KnownTarget: Sendable {
  let kind: TargetKind
  /// `nil`: it needs no server.
  let server: ServerKind?

  var name: String { kind.name }
  var displayName: String { kind.displayName }
}

/// All of them. A new backend is one line here (and an option with its URL in ``ServerOptions``).
enum Targets {
  static let all: [KnownTarget] = [
    KnownTarget(kind: PostgresTarget.kind, server: .postgres),
    KnownTarget(kind: PostgresTarget.documentKind, server: .postgres),
    KnownTarget(kind: MongoTarget.kind, server: .mongo),
    KnownTarget(kind: MemoryTarget.kind, server: nil),
  ]

  static func named(_ name: String) throws -> KnownTarget {
    if let known = all.first(where: { $0.name == name }) { return known }
    throw BenchmarkFailure.unknown("backend", name, known: all.map(\.name))
  }
}
