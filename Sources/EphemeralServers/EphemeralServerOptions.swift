/// What to start, with how much memory, and how safely it stores.
///
/// A server's own default is changed only where it makes the two servers incomparable (cache, durability)
/// or would not work here (connections, folders). Everything else stays as a user gets it, and
/// what ``postgresSettings`` and ``mongoSettings`` say wins.
public struct EphemeralServerOptions: Sendable {
  /// How much of an acknowledged write survives a crash.
  public enum Durability: String, Sendable, CaseIterable {
    /// PostgreSQL: `fsync`, `full_page_writes` and `synchronous_commit` on. MongoDB: the URL asks for
    /// `w=majority&journal=true`.
    case durable
    /// PostgreSQL: `synchronous_commit` off, the rest as in ``durable``. MongoDB: the URL asks for
    /// `w=1&journal=false`. Either may lose the last fraction of a second of acknowledged writes.
    case relaxed
  }

  /// Starts a PostgreSQL server.
  public var postgres: Bool
  /// Starts a MongoDB server, a replica set of one.
  public var mongo: Bool
  /// The cache of each server, in MiB, 256 to 1,048,576: `shared_buffers` and `wiredTigerCacheSizeGB`.
  ///
  /// Equal caches aren't equal memory: PostgreSQL also relies on the system's page cache, mongod on its
  /// allocator's. 256 is the least that mongod accepts.
  public var cacheMegabytesPerServer: Int
  /// How much of an acknowledged write survives a crash.
  public var durability: Durability
  /// The folder in which the servers' own folder is made; `nil` chooses one.
  ///
  /// `nil` takes the first usable of `$TMPDIR`, `/tmp` and `/var/tmp`, one that isn't in memory if there
  /// is a choice. Its path must be short enough for a unix socket, about 70 bytes; as root, the
  /// `postgres` user must be able to enter it.
  public var temporaryDirectory: String?
  /// Lines for `postgresql.conf`, name to value, for example `["work_mem": "64MB"]`.
  public var postgresSettings: [String: String]
  /// Command-line options of mongod, name to value, for example `["syncdelay": "60"]`.
  ///
  /// A name that starts with `setParameter.` becomes `--setParameter`, for example
  /// `["setParameter.ttlMonitorEnabled": "false"]`.
  public var mongoSettings: [String: String]
  /// How long a server may take from launch to accepting work; both start at the same time.
  public var startTimeout: Duration

  /// Options for two durable servers with 1 GiB of cache each.
  public init(
    postgres: Bool = true,
    mongo: Bool = true,
    cacheMegabytesPerServer: Int = 1024,
    durability: Durability = .durable,
    temporaryDirectory: String? = nil,
    postgresSettings: [String: String] = [:],
    mongoSettings: [String: String] = [:],
    startTimeout: Duration = .seconds(60)
  ) {
    self.postgres = postgres
    self.mongo = mongo
    self.cacheMegabytesPerServer = cacheMegabytesPerServer
    self.durability = durability
    self.temporaryDirectory = temporaryDirectory
    self.postgresSettings = postgresSettings
    self.mongoSettings = mongoSettings
    self.startTimeout = startTimeout
  }
}

extension EphemeralServerOptions {
  /// Whether a server of this kind is asked for.
  func includes(_ kind: ServerKind) -> Bool {
    switch kind {
    case .postgres: postgres
    case .mongo: mongo
    }
  }

  /// Throws `invalidOptions` for values no server could be started with.
  func validate() throws(EphemeralServersError) {
    guard (256...1_048_576).contains(cacheMegabytesPerServer) else {
      throw EphemeralServersError(
        .invalidOptions,
        "a cache of \(cacheMegabytesPerServer) MiB per server is outside 256...1048576: mongod takes no less")
    }
    guard startTimeout > .zero else {
      throw EphemeralServersError(.invalidOptions, "the start timeout must be more than zero")
    }
    for (settings, kind) in [(postgresSettings, ServerKind.postgres), (mongoSettings, .mongo)] {
      for (name, value) in settings {
        guard !name.isEmpty, name.utf8.allSatisfy(Self.isAllowedInName) else {
          throw EphemeralServersError(
            .invalidOptions, server: kind, "\(name.debugDescription) can't be the name of a setting")
        }
        guard !value.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
          throw EphemeralServersError(
            .invalidOptions, server: kind, "the value of the setting \(name) contains a control character")
        }
      }
    }
  }

  private static func isAllowedInName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."):
      true
    default:
      false
    }
  }
}
