/// Finds what somebody who mistyped a name may have meant.
enum NearestName {
  /// The candidate with the smallest edit distance, if that is small enough to be a slip: at most a third of
  /// the name's length (and at least two). Ties go to the first.
  static func of(_ name: String, among candidates: [String]) -> String? {
    let limit = max(2, name.utf8.count / 3)
    var best: (name: String, distance: Int)?
    for candidate in candidates {
      let distance = editDistance(Array(name.utf8), Array(candidate.utf8))
      if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.name
  }

  /// Levenshtein distance: insertions, deletions and replacements of bytes, one row of the table at a time.
  static func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var row = Array(0...right.count)
    for (i, a) in left.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, b) in right.enumerated() {
        let replaced = diagonal + (a == b ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
      }
    }
    return row[right.count]
  }
}

/// The name among `candidates` that somebody who wrote `name` probably meant, if there is one close enough.
public func suggestion(for name: String, among candidates: [String]) -> String? {
  NearestName.of(name, among: candidates)
}
