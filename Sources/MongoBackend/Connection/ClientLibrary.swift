import CLibMongoC

/// The libmongoc that this program runs with.
package enum MongoClientLibrary {
  /// For example `1.23.1`.
  package static var version: String { mongoc_get_version().map { String(cString: $0) } ?? "unknown" }
}
