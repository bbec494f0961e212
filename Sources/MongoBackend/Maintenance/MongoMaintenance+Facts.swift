package import InstructorStore

extension MongoMaintenance {
  /// Whether the store asks for encryption.
  package var usesTLS: Bool { !address.usesOwnSockets }

  /// About the server as it runs and stores, by name; what the user may not know, or an older server doesn't tell, is
  /// left out.
  package func serverFacts() async throws(StoreError) -> [String: String] {
    try await run("maintenance.facts") { session throws(CommandFailure) in
      var facts: [String: String] = [:]
      // Where the server sees us: an address, or a unix socket.
      try session.readIfAllowed(["you": "peer"], into: &facts) { $0.append("whatsmyuri", Int32(1)) }
      try session.readIfAllowed(["pid": "pid"], into: &facts) { $0.append("serverStatus", Int32(1)) }
      try session.readIfAllowed(
        [
          "syncdelay": "seconds between checkpoints",
          "journalCommitInterval": "milliseconds between journal flushes",
          "diagnosticDataCollectionEnabled": "samples its state",
        ],
        into: &facts
      ) { writer in
        writer.append("getParameter", Int32(1))
        writer.append("syncdelay", Int32(1))
        writer.append("journalCommitInterval", Int32(1))
        writer.append("diagnosticDataCollectionEnabled", Int32(1))
      }
      try session.readIfAllowed(
        ["parsed.storage.wiredTiger.engineConfig.journalCompressor": "journal compressor"], into: &facts
      ) { $0.append("getCmdLineOpts", Int32(1)) }
      try session.readIfAllowed(
        ["wiredTiger.creationString": "creation", "indexDetails._id_.creationString": "index creation"],
        into: &facts, onAdmin: false
      ) { $0.append("collStats", Collections.reviews) }
      let creation = facts.removeValue(forKey: "creation")
      facts["block compressor"] = Self.option("block_compressor", in: creation)
      facts["checksum"] = Self.option("checksum", in: creation)
      facts["prefix compression"] = Self.option(
        "prefix_compression", in: facts.removeValue(forKey: "index creation"))
      return facts
    }
  }

  /// The value in WiredTiger's `name=value,…`.
  private static func option(_ name: String, in text: String?) -> String? {
    text?.split(separator: ",").first { $0.hasPrefix(name + "=") }.map {
      String($0.dropFirst(name.utf8.count + 1))
    }
  }
}
