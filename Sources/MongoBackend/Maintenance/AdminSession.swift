import DriverKit
import InstructorStore

/// Commands about databases and the server as a whole.
struct AdminSession {
  let connection: MongoConnection
  let call: MongoCall

  private static let marker = "\(MongoMaintenance.markerCollection)"

  func command(onAdmin: Bool = false, _ build: (inout BSONWriter) -> Void) throws(CommandFailure) {
    let reply = try connection.run(onAdmin ? .bare : .durableWrite, call, onAdmin: onAdmin, build)
    do throws(CorruptDocument) { _ = try reply.parts() } catch { throw CommandFailure(error) }
  }

  func state() throws(CommandFailure) -> DatabaseState {
    let names = try collections()
    if names.isEmpty { return .absent }
    guard names.contains(Self.marker) else { return .foreign(Array(names.prefix(3))) }
    // Somebody may keep things beside ours in a database that was marked once.
    let foreign = names.filter { !Self.isOurs($0) }
    return foreign.isEmpty ? .marked : .foreign(Array(foreign.prefix(3)))
  }

  private static func isOurs(_ name: String) -> Bool { name == marker || Collections.contains(name) }

  /// Drops our collections, each by its name; with the last of them the database goes.
  ///
  /// The marker goes last: an interruption must not leave collections that nobody would remove.
  func dropOurs() throws(CommandFailure) {
    let ours = try collections().filter(Self.isOurs)
    for name in ours where name != Self.marker { try command { $0.append("drop", name) } }
    if ours.contains(Self.marker) { try command { $0.append("drop", Self.marker) } }
  }

  /// The names of the database's collections, sorted.
  func collections() throws(CommandFailure) -> [String] {
    var names: [String] = []
    let reply = try connection.run(.bare, call) { writer in
      writer.append("listCollections", Int32(1))
      writer.append("nameOnly", true)
      // The server's answers have 101 documents unless told otherwise; this reads the first batch only.
      writer.document("cursor") { $0.append("batchSize", Int32(10_000)) }
    }
    do throws(CorruptDocument) {
      guard let batch = try reply.parts().batch else { return [] }
      var documents = BSONReader(batch)
      while let document = try documents.next() {
        guard let fields = document.nested else { continue }
        var reader = BSONReader(fields)
        while let field = try reader.next() {
          if field.isNamed("name") { names.append(field.lossyText) }
        }
      }
    } catch {
      throw CommandFailure(error)
    }
    return names.filter { !$0.hasPrefix("system.") }.sorted()
  }

  func settings() throws(CommandFailure) -> [String: String] {
    var settings: [String: String] = [:]
    try read(["version": "version"], into: &settings) { $0.append("buildInfo", Int32(1)) }
    try read(
      [
        "storageEngine.name": "storage engine", "storageEngine.persistent": "journal",
        "wiredTiger.cache.maximum bytes configured": "cache bytes", "repl.setName": "replica set",
      ], into: &settings
    ) { $0.append("serverStatus", Int32(1)) }
    try read(
      ["defaultWriteConcern.w": "default write concern", "defaultReadConcern.level": "default read concern"],
      into: &settings
    ) { $0.append("getDefaultRWConcern", Int32(1)) }
    try readIfAllowed(["parsed.storage.dbPath": MongoMaintenance.dataFolderKey], into: &settings) {
      $0.append("getCmdLineOpts", Int32(1))
    }
    settings["write concern of the store"] = connection.address.writeConcern.text
    return settings
  }

  /// As ``read(_:into:onAdmin:_:)``; notes nothing where the server refuses the command.
  func readIfAllowed(
    _ paths: [String: String], into settings: inout [String: String], onAdmin: Bool = true,
    _ build: (inout BSONWriter) -> Void
  ) throws(CommandFailure) {
    do throws(CommandFailure) { try read(paths, into: &settings, onAdmin: onAdmin, build) } catch {
      guard error.kind == .server else { throw error }
    }
  }

  /// Runs a command on the server and notes the values at some paths of its reply.
  func read(
    _ paths: [String: String], into settings: inout [String: String], onAdmin: Bool = true,
    _ build: (inout BSONWriter) -> Void
  ) throws(CommandFailure) {
    let reply = try connection.run(.bare, call, onAdmin: onAdmin, build)
    do throws(CorruptDocument) {
      for (path, name) in paths {
        let value = try Self.value(at: path.split(separator: ".")[...], in: reply.bytes)
        if let value { settings[name] = value }
      }
    } catch {
      throw CommandFailure(error)
    }
  }

  /// The compressors that server and client have agreed on for this connection, the first of which is used.
  func compressors() throws(CommandFailure) -> [String] {
    guard let greeting = connection.greeting() else { throw CommandFailure(.outOfMemory) }
    do throws(CorruptDocument) {
      return try Self.values(in: "compression", of: greeting.bytes).map { $0.value }
    } catch {
      throw CommandFailure(error)
    }
  }

  /// The sum of the numbers in a document of a reply, whatever they are called; `nil` where it is not there.
  func sum(in name: String, _ build: (inout BSONWriter) -> Void) throws(CommandFailure) -> Int? {
    let reply = try connection.run(.bare, call, onAdmin: true, build)
    do throws(CorruptDocument) {
      let numbers = try Self.values(in: name, of: reply.bytes)
      return numbers.isEmpty ? nil : numbers.reduce(0) { $0 + (Int($1.value) ?? 0) }
    } catch {
      throw CommandFailure(error)
    }
  }

  /// The fields of a document inside of a document; none where it is not there.
  private static func values(
    in name: String, of document: UnsafeRawBufferPointer
  ) throws(CorruptDocument) -> [(name: String, value: String)] {
    var reader = BSONReader(document)
    while let field = try reader.next() {
      guard field.name == name, let nested = field.nested else { continue }
      var values: [(name: String, value: String)] = []
      var inner = BSONReader(nested)
      while let field = try inner.next() { values.append((field.name, text(of: field))) }
      return values
    }
    return []
  }

  private static func text(of field: BSONElement) -> String {
    switch field.type {
    case .utf8: field.lossyText
    case .bool: field.number == 0 ? "off" : "on"
    default: "\(field.number)"
    }
  }

  private static func value(
    at path: ArraySlice<Substring>, in document: UnsafeRawBufferPointer
  ) throws(CorruptDocument) -> String? {
    guard let name = path.first else { return nil }
    var reader = BSONReader(document)
    while let field = try reader.next() {
      guard field.name == name else { continue }
      if let nested = field.nested { return try value(at: path.dropFirst(), in: nested) }
      return text(of: field)
    }
    return nil
  }
}

extension WriteConcern {
  fileprivate var text: String {
    switch self {
    case .majority, .none: "w: majority, j: true"
    case .relaxed(let acknowledgements, let isJournaled): "w: \(acknowledgements), j: \(isJournaled)"
    }
  }
}
