/// What ``OrderedRows`` keeps in order.
protocol OrderedRow {
  associatedtype Key
  var key: Key { get }
  /// Negative, zero or positive as the row is before, at or after `key`: a total order, no two rows at one key.
  func compare(with key: Key) -> Int
}

/// Rows in the order of their keys.
///
/// A sorted array cut into chunks: a search is two binary searches, an insertion shifts one chunk (and now and
/// then the list of chunks), which stays in the order of a microsecond for a million rows.
struct OrderedRows<Row: OrderedRow> {
  private static var rowsPerChunk: Int { 512 }
  /// No chunk is empty.
  private var chunks: [[Row]] = []
  private(set) var count = 0

  struct Position {
    fileprivate var chunk: Int
    fileprivate var offset: Int
  }

  mutating func insert(_ row: Row) {
    count += 1
    guard !chunks.isEmpty else {
      chunks = [[row]]
      return
    }
    // A row after the end of one chunk and before the start of the next goes to the former.
    var place = start(from: row.key)
    if place.offset == 0, place.chunk > 0 {
      place = Position(chunk: place.chunk - 1, offset: chunks[place.chunk - 1].count)
    }
    chunks[place.chunk].insert(row, at: place.offset)
    if chunks[place.chunk].count > Self.rowsPerChunk { split(place.chunk) }
  }

  mutating func remove(_ row: Row) {
    let place = start(from: row.key)
    guard place.chunk < chunks.count, chunks[place.chunk][place.offset].compare(with: row.key) == 0 else {
      return
    }
    count -= 1
    chunks[place.chunk].remove(at: place.offset)
    if chunks[place.chunk].isEmpty { chunks.remove(at: place.chunk) }
  }

  /// The place of the first row that is not before `key`.
  func start(from key: Row.Key) -> Position {
    position { $0.compare(with: key) >= 0 }
  }

  /// The place of the first row after `key`.
  func start(after key: Row.Key) -> Position {
    position { $0.compare(with: key) > 0 }
  }

  var start: Position { Position(chunk: 0, offset: 0) }
  var end: Position { Position(chunk: chunks.count, offset: 0) }

  /// How many rows are from `start` up to `end`.
  func count(from start: Position, to end: Position) -> Int {
    guard start.chunk < end.chunk else {
      return max(0, start.chunk == end.chunk ? end.offset - start.offset : 0)
    }
    let between = chunks[start.chunk..<end.chunk].reduce(0) { $0 + $1.count }
    return between - start.offset + end.offset
  }

  /// Visits rows in order from `start`, until `visit` answers false.
  func scan(from start: Position, while visit: (Row) -> Bool) {
    var offset = start.offset
    for chunk in chunks[min(start.chunk, chunks.count)...] {
      for row in chunk[offset...] where !visit(row) { return }
      offset = 0
    }
  }

  /// The first place where `isPast` holds; it must hold from there on.
  private func position(_ isPast: (Row) -> Bool) -> Position {
    let chunk = chunks.partitioningIndex { $0.last.map(isPast) ?? false }
    guard chunk < chunks.count else { return end }
    return Position(chunk: chunk, offset: chunks[chunk].partitioningIndex(isPast))
  }

  private mutating func split(_ index: Int) {
    // Rows that arrive in order leave full chunks behind when the new chunk takes only the end.
    let isLast = index == chunks.count - 1
    let cut = isLast ? chunks[index].count * 15 / 16 : chunks[index].count / 2
    let tail = Array(chunks[index][cut...])
    chunks[index].removeSubrange(cut...)
    chunks.insert(tail, at: index + 1)
  }
}

extension InMemoryRow: OrderedRow {
  var key: InstructorKey { InstructorKey(instructor) }

  /// The order of ``InstructorKey/precedes(_:_:)`` in one pass over each text and without a copy of the instructor: an
  /// insertion compares some twenty times.
  func compare(with key: InstructorKey) -> Int {
    let lastNames = compareBytes(instructor.lastName, key.lastName)
    if lastNames != 0 { return lastNames }
    let firstNames = compareBytes(instructor.firstName, key.firstName)
    if firstNames != 0 { return firstNames }
    return instructor.id == key.id ? 0 : instructor.id < key.id ? -1 : 1
  }
}

extension ReviewKey: OrderedRow {
  var key: ReviewKey { self }

  /// Descending by rank, then by id.
  func compare(with key: ReviewKey) -> Int {
    if rank != key.rank { return rank > key.rank ? -1 : 1 }
    return id == key.id ? 0 : id > key.id ? -1 : 1
  }
}

private func compareBytes(_ left: String, _ right: String) -> Int {
  let order = left.utf8.withContiguousStorageIfAvailable { left in
    right.utf8.withContiguousStorageIfAvailable { right -> Int in
      for index in 0..<min(left.count, right.count) where left[index] != right[index] {
        return Int(left[index]) - Int(right[index])
      }
      return left.count - right.count
    }
  }
  if let order = order ?? nil { return order }
  // Texts in another encoding, which only bridging from Objective-C makes.
  return Bytewise.equal(left, right) ? 0 : Bytewise.precedes(left, right) ? -1 : 1
}

extension Array {
  /// The first index whose element satisfies `belongsToSecondPartition`, which must hold for all that follow.
  func partitioningIndex(_ belongsToSecondPartition: (Element) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if belongsToSecondPartition(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

/// A text as a dictionary key by its bytes: `String` itself hashes and compares by canonical equivalence.
struct TextKey: Hashable {
  let text: String
  init(_ text: String) { self.text = text }

  static func == (left: Self, right: Self) -> Bool { Bytewise.equal(left.text, right.text) }

  func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}
