/// Something that makes a comparison unfair where the two sides differ in it, or that a reader has to know.
public enum FairnessSwitch: String, Sendable, Codable, CaseIterable {
  case version = "server version"
  case client = "client library"
  case durability = "durability"
  case writeIsolation = "isolation of writes"
  case readIsolation = "isolation of reads"
  case cache = "server's own cache"
  case memoryLimit = "limit of memory"
  case processorLimit = "limit of processor time"
  case caches = "caches before a segment"
  case parallelWorkers = "workers of one query"
  case justInTime = "just-in-time compilation"
  case planCache = "plans of prepared statements"
  case transport = "transport"
  case encryption = "TLS"
  case wireCompression = "compression on the wire"
  case diskCompression = "compression on disk"
  case compressibility = "how far the data compresses"
  case logCompression = "compression of the log"
  case checksums = "data checksums"
  case checkpoints = "checkpoints"
  case diagnostics = "diagnostic data on disk"
  case hugePages = "huge pages"
  case fileSystem = "file system of the data"
  case flushLatency = "one flush to the disk"
  case loadOrder = "order of the rows on disk"
  case processGroup = "scheduling of the server"
  case pinning = "processors of the server"
  case dispatch = "calls that wait"
  case connections = "connections"

  /// What a difference means.
  public var meaning: String {
    switch self {
    case .version, .client: "each DBMS is what it is in this version"
    case .durability: "a side that may lose acknowledged writes does less work"
    case .writeIsolation, .readIsolation:
      "each at the level at which the answers are equal; a stronger level costs more"
    case .cache:
      "equal caches aren't equal memory: PostgreSQL uses the system's page cache too"
    case .memoryLimit:
      "of control groups, page cache included: without one, what a server takes from the page cache has no budget"
    case .processorLimit: "a server that has used up its time stands still until the next period"
    case .caches: "what is read for the first time comes from the disk"
    case .parallelWorkers, .justInTime: "helps long queries such as the leaderboard, costs short ones"
    case .planCache: "a plan for any parameters saves planning"
    case .transport, .encryption, .wireCompression: "costs every call on the side that has it"
    case .diskCompression, .logCompression:
      "trades processor time for disk and page cache; how much depends on the data"
    case .compressibility:
      "what compression saves, or would; generated text repeats itself more or less than yours"
    case .checksums:
      "reckoned when a page is written, checked when it is read; changed hint bits go to PostgreSQL's log too"
    case .checkpoints:
      "what is written later and when; after one, whole pages go to PostgreSQL's log. A throwaway PostgreSQL may log 4 GB (its "
        + "default is 1 GB) before one is forced, so that a load isn't one checkpoint after the other; mongod has no such limit"
    case .diagnostics:
      "mongod samples its own state every second and writes it down unless told not to, as throwaway servers are; PostgreSQL has "
        + "no such thing"
    case .hugePages: "saves address translation with large caches"
    case .fileSystem, .flushLatency: "what a durable commit waits for"
    case .loadOrder: "neighbours on disk are read together"
    case .processGroup: "servers that share a group share its part of the processors"
    case .pinning: "unpinned servers move between processors"
    case .dispatch, .connections: "how many sessions the server has at a time"
    }
  }
}
