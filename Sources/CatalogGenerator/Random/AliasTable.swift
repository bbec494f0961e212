/// Draws an index with a probability proportional to its weight, in constant time.
///
/// Walker's alias method (Walker 1974), built as in Vose: "A linear algorithm for generating random numbers with a
/// given distribution" (IEEE TSE 17(9), 1991), in integers, so that the table is the same everywhere.
struct AliasTable: Sendable {
  struct Cell: Sendable {
    /// The cell's own index is drawn when the fraction, of 2³², is below this; otherwise `alias`.
    var threshold: UInt64
    var alias: Int
  }
  let cells: [Cell]

  /// - Parameter weights: 1 to 65,536 weights, each below 2³², not all zero.
  init(weights: [UInt64]) {
    let count = UInt64(weights.count)
    let total = weights.reduce(0, +)
    precondition((1...65_536).contains(count) && total > 0, "an alias table needs weights")
    // Scaled so that the mean is `total`: no division, no rounding before the very end.
    var scaled = weights.map { $0 * count }
    var cells = weights.indices.map { Cell(threshold: 1 << 32, alias: $0) }
    var small = scaled.indices.filter { scaled[$0] < total }
    var large = scaled.indices.filter { scaled[$0] >= total }
    while let low = small.popLast(), let high = large.popLast() {
      let threshold = total.dividingFullWidth((scaled[low] >> 32, scaled[low] << 32)).quotient
      cells[low] = Cell(threshold: threshold, alias: high)
      scaled[high] -= total - scaled[low]
      if scaled[high] < total { small.append(high) } else { large.append(high) }
    }
    self.cells = cells
  }

  /// Weights 1 / (rank + shift), Zipf's law with Mandelbrot's shift, for ranks from 0. A larger shift evens out the first.
  init(zipfMandelbrot count: Int, shift: UInt64) {
    self.init(weights: (0..<UInt64(count)).map { (1 << 31) / ($0 + shift) })
  }

  var count: Int { cells.count }

  /// The index that belongs to the 32 uniform bits of `random`.
  func index(_ random: UInt32) -> Int {
    let product = UInt64(random) * UInt64(cells.count)
    let index = Int(product >> 32)
    // The lower half is uniform too, and independent of the upper.
    return product & 0xffff_ffff < cells[index].threshold ? index : cells[index].alias
  }
}

/// Texts in groups, each group with its own frequencies.
///
/// All groups share two arrays: a draw that handed out one group's arrays would pay for their reference counts
/// in every record.
struct WeightedTexts: Sendable {
  private var texts: [String] = []
  private var cells: [AliasTable.Cell] = []
  private var groups: [Range<Int>] = []

  init() {}

  /// One group.
  init(_ texts: [String], shift: UInt64) { append(texts, shift: shift) }

  /// Adds a group in which the first text is the most frequent one; see ``AliasTable/init(zipfMandelbrot:shift:)``.
  mutating func append(_ group: [String], shift: UInt64) {
    groups.append(texts.count..<texts.count + group.count)
    texts += group
    cells += AliasTable(zipfMandelbrot: group.count, shift: shift).cells
  }

  @inline(__always)
  func draw(_ random: UInt32, group: Int = 0) -> String {
    let range = groups[group]
    let product = UInt64(random) * UInt64(range.count)
    let index = range.lowerBound + Int(product >> 32)
    let cell = cells[index]
    return texts[product & 0xffff_ffff < cell.threshold ? index : range.lowerBound + cell.alias]
  }
}
