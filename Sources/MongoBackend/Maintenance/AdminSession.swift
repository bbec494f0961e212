import DriverKit
import InstructorStore

/// Commands about databases and the server as a whole.
struct AdminSession {
  let connection: MongoConnection
  let call: MongoCall

  func command(onAdmin: Bool = false, _ build: (inout BSONWriter) -> Void) throws(CommandFailure) {
    let reply = try connection.run(onAdmin ? .bare : .write, call, onAdmin: onAdmin, build)
    do throws(CorruptDocument) { _ = try reply.parts() } catch { throw CommandFailure(error) }
  }

  func contents() throws(CommandFailure) -> DatabaseContents {
    let names = try collections()
    if names.isEmpty { return .absent }
    if names.contains(MongoMaintenance.markerCollection) { return .marked }
    return .foreign(Array(names.prefix(3)))
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

  func environment() throws(CommandFailure) -> [String: String] {
    var environment: [String: String] = [:]
    try read(["version": "version"], into: &environment) { $0.append("buildInfo", Int32(1)) }
    try read(
      [
        "storageEngine.name": "storage engine", "storageEngine.persistent": "journal",
        "wiredTiger.cache.maximum bytes configured": "cache bytes", "repl.setName": "replica set",
      ], into: &environment
    ) { $0.append("serverStatus", Int32(1)) }
    try read(
      ["defaultWriteConcern.w": "default write concern", "defaultReadConcern.level": "default read concern"],
      into: &environment
    ) { $0.append("getDefaultRWConcern", Int32(1)) }
    environment["write concern of the store"] = connection.address.writeConcern.text
    return environment
  }

  /// Runs a command on the server and notes the values at some paths of its reply.
  private func read(
    _ paths: [String: String], into environment: inout [String: String], _ build: (inout BSONWriter) -> Void
  ) throws(CommandFailure) {
    let reply = try connection.run(.bare, call, onAdmin: true, build)
    do throws(CorruptDocument) {
      for (path, name) in paths {
        let value = try Self.value(at: path.split(separator: ".")[...], in: reply.bytes)
        if let value { environment[name] = value }
      }
    } catch {
      throw CommandFailure(error)
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
      switch field.type {
      case .utf8: return field.lossyText
      case .bool: return field.number == 0 ? "off" : "on"
      default: return "\(field.number)"
      }
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
