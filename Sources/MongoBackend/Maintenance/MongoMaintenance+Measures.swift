package import InstructorStore

/// How large a collection is, and how much is in it.
package struct MongoCollectionSize: Sendable {
  package var name: String
  /// As the server keeps count; exact on one that was never killed.
  package var documents: Int64
  /// Of the documents as BSON.
  package var plainBytes: Int64
  /// On disk, compressed.
  package var collectionBytes: Int64
  package var indexBytes: Int64
}

extension MongoMaintenance {
  /// What the server has counted since it was started, by name; nothing where the user may not know.
  package func counters() async throws(StoreError) -> [String: Int64] {
    try await run("maintenance.counters") { session throws(CommandFailure) in
      var found: [String: String] = [:]
      try session.readIfAllowed(
        [
          "wiredTiger.log.log bytes written": "log bytes", "wiredTiger.log.log sync operations": "log syncs",
          "wiredTiger.log.log write operations": "log records",
          "wiredTiger.cache.pages read into cache": "pages read",
          "wiredTiger.block-manager.bytes written": "data bytes",
          "wiredTiger.transaction.transactions committed": "transactions",
        ], into: &found
      ) { $0.append("serverStatus", Int32(1)) }
      return found.compactMapValues { Int64($0) }
    }
  }

  /// Every collection of data.
  package func sizes() async throws(StoreError) -> [MongoCollectionSize] {
    try await run("maintenance.sizes") { session throws(CommandFailure) in
      var sizes: [MongoCollectionSize] = []
      for collection in CollectionDefinition.all {
        var found: [String: String] = [:]
        let names = ["count", "size", "storageSize", "totalIndexSize"]
        try session.read(
          Dictionary(uniqueKeysWithValues: names.map { ($0, $0) }), into: &found, onAdmin: false
        ) {
          $0.append("collStats", collection.name)
        }
        func number(_ name: String) -> Int64 { found[name].flatMap { Int64($0) } ?? 0 }
        sizes.append(
          MongoCollectionSize(
            name: "\(collection.name)", documents: number("count"), plainBytes: number("size"),
            collectionBytes: number("storageSize"), indexBytes: number("totalIndexSize")))
      }
      return sizes
    }
  }
}
