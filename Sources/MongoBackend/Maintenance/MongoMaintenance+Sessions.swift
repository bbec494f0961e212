import CLibMongoC
package import InstructorStore

/// What the server knows of sessions like the store's. `nil` where the user may not know, or the server doesn't tell.
extension MongoMaintenance {
  /// The compressors that a connection of the store has agreed on with the server; empty for none.
  package func agreedCompressors() async throws(StoreError) -> [String] {
    try await run("maintenance.compressors") { session throws(CommandFailure) in try session.compressors() }
  }

  /// Whether a connection of the store is encrypted, as the server counts its connections. (One that somebody else makes
  /// at the same moment is taken for ours where the server takes both kinds.)
  package func isEncrypted() async throws(StoreError) -> Bool? {
    let first = try await run("maintenance.tls") {
      (session) throws(CommandFailure) -> (mode: String?, count: Int?) in
      var found: [String: String] = [:]
      try session.readIfAllowed(["tlsMode": "mode"], into: &found) { writer in
        writer.append("getParameter", Int32(1))
        writer.append("tlsMode", Int32(1))
      }
      return (found["mode"], try session.encryptedConnections())
    }
    switch first.mode {
    case "disabled": return false
    case "requireTLS": return true
    default:
      guard let before = first.count else { return nil }
      let after = try await run("maintenance.tls") { session throws(CommandFailure) in
        try session.encryptedConnections()
      }
      return after.map { $0 > before }
    }
  }

  /// How many connections with this library's name are open, the one that asks left out. Others may use the library too;
  /// theirs can't be told apart.
  package func openSessions() async throws(StoreError) -> Int? {
    guard let name = mongoc_uri_get_appname(address.uri).map({ String(cString: $0) }) else { return nil }
    return try await run("maintenance.sessions") { session throws(CommandFailure) in
      var found: [String: String] = [:]
      try session.readIfAllowed(["cursor.firstBatch.0.n": "sessions"], into: &found) { writer in
        writer.append("aggregate", Int32(1))
        writer.array("pipeline") { writer in
          writer.document(at: 0) { writer in
            writer.document("$currentOp") { writer in
              writer.append("allUsers", true)
              writer.append("idleConnections", true)
            }
          }
          writer.document(at: 1) { writer in
            writer.document("$match") { $0.append("appName", name) }
          }
          writer.document(at: 2) { $0.append("$count", "n" as StaticString) }
        }
        writer.document("cursor") { _ in }
      }
      return found["sessions"].flatMap { Int($0) }.map { max(0, $0 - 1) }
    }
  }

  /// How many reads the server has served at each level of read concern, by the level's name; those that asked for none, as the
  /// server's own do, are left out.
  ///
  /// - Parameter inTransactions: Those in transactions of several commands, or those outside of any.
  package func readsByConcern(inTransactions: Bool) async throws(StoreError) -> [String: Int] {
    try await run("maintenance.reads") { session throws(CommandFailure) in
      let counters = "readConcernCounters.\(inTransactions ? "transactionOps" : "nonTransactionOps")."
      var found: [String: String] = [:]
      var paths = [
        counters + "snapshot.withClusterTime": "at", counters + "snapshot.withoutClusterTime": "now",
      ]
      for level in ["local", "available", "majority", "linearizable"] { paths[counters + level] = level }
      try session.readIfAllowed(paths, into: &found) { $0.append("serverStatus", Int32(1)) }
      var reads = found.compactMapValues { Int($0) }
      // At a time that the client names, or one of the server's choice.
      let snapshots = [reads.removeValue(forKey: "at"), reads.removeValue(forKey: "now")].compactMap { $0 }
      if !snapshots.isEmpty { reads["snapshot"] = snapshots.reduce(0, +) }
      return reads
    }
  }

  /// Ids and places of some documents of a collection, of all parts of it: the server keeps documents in the order of their
  /// places.
  package func idOrder(of collection: String) async throws(StoreError) -> [(id: Int64, place: Int64)] {
    guard let name = CollectionDefinition.all.first(where: { "\($0.name)" == collection })?.name else {
      return []
    }
    return try await run("maintenance.order") { session throws(CommandFailure) in
      let last = try session.places(in: name, from: .max, ascending: false, limit: 1).first?.id ?? 0
      var found: [(id: Int64, place: Int64)] = []
      for part in 0..<Self.partsToSample {
        // Multiplied before it is divided: the ids of a small collection are below the number of parts.
        let (product, isOverflow) = last.multipliedReportingOverflow(by: Int64(part))
        let first =
          isOverflow ? last / Int64(Self.partsToSample) * Int64(part) : product / Int64(Self.partsToSample)
        let places = try session.places(
          in: name, from: max(first, (found.last?.id ?? 0) + 1), ascending: true, limit: Self.documentsOfPart)
        found += places
      }
      return found
    }
  }

  private static let partsToSample = 20
  private static let documentsOfPart = 100
}

extension AdminSession {
  /// Of the documents from an id on, in the order of the ids.
  fileprivate func places(
    in collection: StaticString, from first: Int64, ascending: Bool, limit: Int
  ) throws(CommandFailure) -> [(id: Int64, place: Int64)] {
    var found: [(id: Int64, place: Int64)] = []
    try connection.find(collection, .bare, call, limit: limit) { writer in
      writer.document("filter") { writer in
        writer.document("_id") { $0.append(ascending ? "$gte" : "$lte", first) }
      }
      writer.document("projection") { $0.append("_id", Int32(1)) }
      writer.document("sort") { $0.append("_id", Int32(ascending ? 1 : -1)) }
      writer.append("showRecordId", true)
    } each: { (document) throws(CorruptDocument) in
      var id: Int64?
      var place: Int64?
      var reader = BSONReader(document)
      while let field = try reader.next() {
        if field.isNamed("_id") { id = field.number }
        if field.isNamed("$recordId") { place = field.number }
      }
      if let id, let place { found.append((id, place)) }
    }
    return found
  }

  /// Since the server was started, of any version of TLS.
  fileprivate func encryptedConnections() throws(CommandFailure) -> Int? {
    do throws(CommandFailure) {
      return try sum(in: "transportSecurity") { $0.append("serverStatus", Int32(1)) }
    } catch {
      guard error.kind == .server else { throw error }
      return nil
    }
  }
}
