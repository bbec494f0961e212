/// Which calls of a batch asked for which key: sorted, so that an answer finds its callers without a dictionary.
package struct KeyedCalls {
  private var entries: [(key: Int64, call: Int)] = []
  /// The keys, each once, ascending.
  package private(set) var keys: [Int64] = []
  /// Where in `entries` each key begins, and the end.
  private var starts: [Int] = []

  /// - Parameter key: What call number `call` asks for; `nil` for a call that asks for nothing any more.
  package init(count: Int, key: (_ call: Int) -> Int64?) {
    entries.reserveCapacity(count)
    for call in 0..<count {
      if let key = key(call) { entries.append((key, call)) }
    }
    entries.sort { $0.key < $1.key }
    keys.reserveCapacity(entries.count)
    starts.reserveCapacity(entries.count + 1)
    for (place, entry) in entries.enumerated() where keys.last != entry.key {
      keys.append(entry.key)
      starts.append(place)
    }
    starts.append(entries.count)
  }

  /// The place of a key among `keys`; `nil` where nobody asked for it.
  package func place(of key: Int64) -> Int? {
    var range = 0..<keys.count
    while let middle = range.isEmpty ? nil : range.lowerBound + range.count / 2 {
      if keys[middle] == key { return middle }
      range = keys[middle] < key ? middle + 1..<range.upperBound : range.lowerBound..<middle
    }
    return nil
  }

  /// The numbers of the calls that asked for the key at `place`.
  package func calls(at place: Int) -> some Sequence<Int> {
    entries[starts[place]..<starts[place + 1]].lazy.map(\.call)
  }
}
