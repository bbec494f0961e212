import DriverKit
import InstructorStore

extension MongoInstructors {
  func list(_ filter: InstructorFilter, after: PageCursor?, limit: Int)
    async throws(StoreError) -> Page<Instructor>
  {
    let context = core.call("instructors.list")
    var bounds: IndexBounds?
    try core.pool.admit(context)
    let validation = Validation(context)
    try validation.filter(filter)
    try validation.size(limit, "limit", Limits.itemsPerPage)
    let key: InstructorKey?
    if let after { key = try after.instructorKey(filter: filter, context) } else { key = nil }
    bounds = IndexBounds(filter, after: key)
    return try await core.run(context, .read) { [bounds] connection, call throws(StoreError) in
      guard let bounds else { return Page(items: [], next: nil) }
      // One more than asked for tells whether another page follows.
      var items = try connection.attempt(call) { () throws(CommandFailure) in
        try connection.list(bounds, limit: limit + 1, call)
      }
      guard items.count > limit else { return Page(items: items, next: nil) }
      items.removeLast(items.count - limit)
      return Page(items: items, next: items.last.map { PageCursor(after: InstructorKey($0), filter: filter) })
    }
  }

  func count(_ filter: InstructorFilter, upTo: Int) async throws(StoreError) -> Int {
    try await core.run(core.call("instructors.count"), .read) { (validation) throws(StoreError) in
      try validation.filter(filter)
      try validation.size(upTo, "upTo", Limits.countUpTo)
    } _: { connection, call throws(StoreError) in
      try connection.attempt(call) { () throws(CommandFailure) in
        try connection.count(filter, upTo: upTo, call)
      }
    }
  }
}

extension MongoConnection {
  fileprivate func list(_ bounds: IndexBounds, limit: Int, _ call: MongoCall) throws(CommandFailure)
    -> [Instructor]
  {
    var items: [Instructor] = []
    items.reserveCapacity(limit)
    try find(Collections.instructors, .snapshotRead, call, limit: limit) { writer in
      bounds.append(to: &writer)
    } each: { (document) throws(CorruptDocument) in
      items.append(try InstructorDocument.decode(document))
    }
    return items
  }

  /// Counts keys of an index, no documents: one aggregation.
  fileprivate func count(_ filter: InstructorFilter, upTo: Int, _ call: MongoCall) throws(CommandFailure)
    -> Int
  {
    let reply = try run(.snapshotRead, call) { writer in
      writer.append("aggregate", Collections.instructors)
      writer.array("pipeline") { writer in
        writer.document(at: 0) { writer in writer.document("$match") { $0.append(matching: filter) } }
        writer.document(at: 1) { $0.append("$limit", Int64(upTo)) }
        writer.document(at: 2) { $0.append("$count", "count" as StaticString) }
      }
      writer.append("hint", filter.indexName)
      writer.document("cursor") { _ in }
    }
    do throws(CorruptDocument) {
      guard let batch = try reply.parts().batch else {
        throw CorruptDocument(reason: "the answer has no documents")
      }
      var documents = BSONReader(batch)
      // No document at all stands for none counted.
      guard let document = try documents.next()?.nested else { return 0 }
      var fields = BSONReader(document)
      guard let count = try fields.next(), count.isNamed("count") else {
        throw CorruptDocument(reason: "the answer has no count")
      }
      return Int(count.number)
    } catch {
      throw CommandFailure(error)
    }
  }
}

extension InstructorFilter {
  /// The index whose order and bounds fit the filter.
  var indexName: StaticString {
    organization == nil ? IndexDefinition.byName : IndexDefinition.byOrganization
  }
}

extension BSONWriter {
  /// The elements of a query for a count: equality and a range, so that the index alone answers it.
  fileprivate mutating func append(matching filter: InstructorFilter) {
    if let organization = filter.organization { append("organization", organization) }
    document("lastName") { writer in
      // Every last name is at least the empty text; without a condition the server would not use the index.
      writer.append("$gte", filter.lastNamePrefix ?? "")
      if let prefix = filter.lastNamePrefix, let end = Bytewise.upperBound(ofPrefix: prefix) {
        writer.append("$lt", end)
      }
    }
  }
}
