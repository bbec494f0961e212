/// Comparison of texts by their UTF-8 bytes, as both databases do it (`COLLATE "C"`, binary comparison).
///
/// Swift's `==` and `hasPrefix` follow canonical equivalence: "é" in one and in two scalars are equal there, and
/// two different values in a database.
public enum Bytewise {
  public static func equal(_ left: String, _ right: String) -> Bool {
    left.utf8.elementsEqual(right.utf8)
  }

  public static func equal(_ left: String?, _ right: String?) -> Bool {
    switch (left, right) {
    case (nil, nil): true
    case (let left?, let right?): equal(left, right)
    default: false
    }
  }

  public static func precedes(_ left: String, _ right: String) -> Bool {
    left.utf8.lexicographicallyPrecedes(right.utf8)
  }

  public static func hasPrefix(_ text: String, _ prefix: String) -> Bool {
    text.utf8.starts(with: prefix.utf8)
  }

  /// The smallest text that is greater than every text that starts with `prefix`, or `nil` where there is none.
  ///
  /// The last scalar is replaced by the next one, skipping the surrogates: incrementing a *byte* would make
  /// invalid UTF-8.
  public static func upperBound(ofPrefix prefix: String) -> String? {
    var scalars = Array(prefix.unicodeScalars)
    while let last = scalars.popLast() {
      let next = last.value == 0xD7FF ? 0xE000 : last.value + 1
      if let scalar = Unicode.Scalar(next) {
        scalars.append(scalar)
        var bound = String.UnicodeScalarView()
        bound.append(contentsOf: scalars)
        return String(bound)
      }
    }
    return nil
  }
}
