/// How large a table or a collection is, and how much is in it.
public struct StorageSize: Sendable, Codable, Equatable {
  public var name: String
  /// `nil` where they were not counted.
  public var rows: Int?
  /// On disk, without indexes.
  public var dataBytes: Int
  public var indexBytes: Int
  /// Before compression; `nil` where nothing is compressed.
  public var plainBytes: Int?
  /// Whether as many rows must be there after the timing as were loaded. (A rating that went back to zero may stay.)
  public var keepsRows: Bool

  public init(
    name: String, rows: Int?, dataBytes: Int, indexBytes: Int, plainBytes: Int? = nil, keepsRows: Bool = true
  ) {
    self.name = name
    self.rows = rows
    self.dataBytes = dataBytes
    self.indexBytes = indexBytes
    self.plainBytes = plainBytes
    self.keepsRows = keepsRows
  }
}

extension [StorageSize] {
  var dataBytes: Int { reduce(0) { $0 + $1.dataBytes } }
  var indexBytes: Int { reduce(0) { $0 + $1.indexBytes } }
  var plainBytes: Int? {
    let plain = compactMap(\.plainBytes)
    return plain.isEmpty ? nil : plain.reduce(0, +)
  }
}

/// The sizes of everything on an arm at one moment.
public struct StorageRecord: Sendable, Codable, Equatable {
  public enum Moment: String, Sendable, Codable {
    case loaded
    case afterwards
  }

  public var arm: Int
  public var moment: Moment
  public var sizes: [StorageSize]

  public var dataBytes: Int { sizes.dataBytes }
  public var indexBytes: Int { sizes.indexBytes }
  public var plainBytes: Int? { sizes.plainBytes }

  /// The first table with another number of rows than there were, where that must not be.
  func difference(from loaded: StorageRecord) -> String? {
    for size in sizes where size.keepsRows {
      guard let rows = size.rows, let before = loaded.sizes.first(where: { $0.name == size.name })?.rows,
        before != rows
      else { continue }
      return "'\(size.name)' has \(Quantity.count(rows)) rows, not \(Quantity.count(before))"
    }
    return nil
  }
}
