import CLibMongoC
import DriverKit
import InstructorStore

/// A parsed connection URL with every setting that a store relies on. Immutable once made.
final class MongoAddress: Sendable {
  // libmongoc only reads it from here on (a client copies it), so threads may share it.
  nonisolated(unsafe) let uri: OpaquePointer
  let database: String
  let connectTimeout: Duration
  /// TLS runs over libmongoc's own sockets, which know no deadline per call: DriverKit lets the caller go in time,
  /// and the thread follows after the socket timeout.
  let usesOwnSockets: Bool
  /// How writes of data are acknowledged.
  let writeConcern: WriteConcern

  /// - Parameter usesOwnSockets: `false` has everything go as it does with TLS.
  /// - Throws: `invalidArgument` with one line that holds nothing of the URL's credentials.
  init(
    _ url: String, options: MongoOptions, _ call: CallContext, usesOwnSockets: Bool = true
  ) throws(StoreError) {
    _ = MongoLibrary.start
    try options.validate(call)
    guard !url.utf8.contains(0) else { throw call.invalid("the URL contains U+0000") }
    guard url.hasPrefix("mongodb://") || url.hasPrefix("mongodb+srv://") else {
      throw call.invalid("the URL must start with mongodb:// (mongodb://host:port/database)")
    }
    try URLOptions.validate(url, call)
    var error = bson_error_t()
    guard let uri = mongoc_uri_new_with_error(url, &error) else {
      // libmongoc quotes parts of the URL, and a malformed one can have its password anywhere.
      let detail = url.utf8.contains(UInt8(ascii: "@")) ? "" : ": \(error.text)"
      throw call.invalid("the URL is no MongoDB connection string (mongodb://host:port/database)\(detail)")
    }
    self.uri = uri
    // From here on `deinit` frees the handle, also where this initializer throws.
    database = options.database ?? mongoc_uri_get_database(uri).map { String(cString: $0) } ?? "instructors"
    connectTimeout = options.connectTimeout
    self.usesOwnSockets = usesOwnSockets && !mongoc_uri_get_tls(uri)
    let asked = WriteConcern(uri)
    writeConcern = options.isDurable ? .majority : asked
    try MongoOptions.validate(database: database, call)
    guard asked != .none else {
      throw call.invalid("w=0 in the URL: a store can't work with unacknowledged writes")
    }
    if let mechanism = mongoc_uri_get_auth_mechanism(uri).map({ String(cString: $0).uppercased() }) {
      guard Self.mechanisms.contains(mechanism) else {
        throw call.invalid("the URL asks for an unknown authentication mechanism")
      }
    }
    applySettings(options)
  }

  /// What libmongoc knows; with any other it would fail as if the server could not be reached.
  private static let mechanisms: Set<String> = [
    "SCRAM-SHA-1", "SCRAM-SHA-256", "MONGODB-X509", "GSSAPI", "PLAIN", "MONGODB-AWS",
  ]

  deinit { mongoc_uri_destroy(uri) }

  private func applySettings(_ options: MongoOptions) {
    // DriverKit owns every retry: the driver would make one beyond the deadline, and with another id.
    mongoc_uri_set_option_as_bool(uri, "retrywrites", false)
    mongoc_uri_set_option_as_bool(uri, "retryreads", false)
    // One look at the servers per attempt; `MongoDriver` decides whether to try again, with a new client. A client
    // itself would not look at a failed server again for 5 s (its cooldown).
    mongoc_uri_set_option_as_bool(uri, "serverselectiontryonce", true)
    let severalHosts = mongoc_uri_get_hosts(uri)?.pointee.next != nil
    // A scan waits for every host: a dead one must not use up the whole time that connecting may take.
    let connect = max(1, milliseconds(options.connectTimeout) / (severalHosts ? 2 : 1))
    mongoc_uri_set_option_as_int32(uri, "connecttimeoutms", connect)
    mongoc_uri_set_option_as_int32(
      uri, "serverselectiontimeoutms", max(1, milliseconds(options.connectTimeout)))
    // For TLS only; our own sockets keep the deadline of each call.
    mongoc_uri_set_option_as_int32(uri, "sockettimeoutms", max(1, milliseconds(options.timeout)))
    // Never look again at servers in the middle of a call, and never ping before a command: a connection is
    // checked by `isAlive`, and any error that tells of a change discards the client.
    mongoc_uri_set_option_as_int32(uri, "heartbeatfrequencyms", .max)
    mongoc_uri_set_option_as_int32(uri, "socketcheckintervalms", .max)
    if mongoc_uri_get_option_as_utf8(uri, "appname", nil) == nil {
      mongoc_uri_set_appname(uri, "instructor-store")
    }
  }

  private func milliseconds(_ duration: Duration) -> Int32 {
    // libmongoc asserts that some of its timeouts are below INT32_MAX.
    min(Deadline.after(duration).remainingMilliseconds, 1_000_000_000)
  }
}

/// How a write is acknowledged.
enum WriteConcern: Equatable {
  /// By a majority of the replica set, each with its journal on disk: what the contract promises.
  case majority
  /// What the URL asks for (`w=1`, `journal=false`), where the options let it.
  case relaxed(acknowledgements: Int32, isJournaled: Bool)
  /// Not at all; refused.
  case none

  init(_ uri: OpaquePointer) {
    guard let concern = mongoc_uri_get_write_concern(uri) else {
      self = .majority
      return
    }
    let acknowledgements = mongoc_write_concern_get_w(concern)
    let isUnjournaled =
      mongoc_write_concern_journal_is_set(concern) && !mongoc_write_concern_get_journal(concern)
    switch acknowledgements {
    case 0, -1: self = .none
    case 1...: self = .relaxed(acknowledgements: acknowledgements, isJournaled: !isUnjournaled)
    default: self = .majority
    }
  }
}

extension bson_error_t {
  var text: String {
    withUnsafeBytes(of: message) { bytes in String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
