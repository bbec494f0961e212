import InstructorStore
import Testing

@Suite struct BytewiseTests {
  @Test func equalityIsByBytes() {
    #expect("Jos\u{E9}" == "Jose\u{301}")
    #expect(!Bytewise.equal("Jos\u{E9}", "Jose\u{301}"))
    #expect(Bytewise.equal("Jos\u{E9}", "Jos\u{E9}"))
    #expect(Bytewise.equal(nil, nil) && !Bytewise.equal(nil, "") && !Bytewise.equal("", nil))
  }

  @Test(arguments: [
    ("a", "b"), ("", "a"), ("a", "aa"), ("Z", "a"), ("z", "\u{E9}"), ("e\u{301}", "\u{E9}"),
    ("\u{FFFF}", "\u{10000}"),
    ("\u{D7FF}", "\u{E000}"),
  ])
  func orderIsByBytes(smaller: String, greater: String) {
    #expect(Bytewise.precedes(smaller, greater))
    #expect(!Bytewise.precedes(greater, smaller))
    #expect(!Bytewise.precedes(smaller, smaller))
  }

  @Test func prefixIsByBytes() {
    #expect(!"Jose\u{301}".hasPrefix("Jose"))
    #expect(Bytewise.hasPrefix("Jose\u{301}", "Jose"))
    #expect(!Bytewise.hasPrefix("Jos\u{E9}", "Jose"))
    #expect(Bytewise.hasPrefix("a", "") && !Bytewise.hasPrefix("", "a"))
  }

  @Test(arguments: [
    ("a", "b"), ("ab", "ac"), ("\u{7F}", "\u{80}"), ("\u{7FF}", "\u{800}"), ("\u{D7FF}", "\u{E000}"),
    ("x\u{D7FF}", "x\u{E000}"), ("\u{FFFF}", "\u{10000}"), ("a\u{10FFFF}", "b"),
    ("a\u{10FFFF}\u{10FFFF}", "b"),
    ("\u{D7FF}\u{10FFFF}", "\u{E000}"), ("e\u{301}", "e\u{302}"), ("\u{E9}", "\u{EA}"),
  ])
  func upperBoundOfPrefix(prefix: String, bound: String) throws {
    let found = try #require(Bytewise.upperBound(ofPrefix: prefix))
    #expect(Bytewise.equal(found, bound))
  }

  @Test(arguments: ["", "\u{10FFFF}", "\u{10FFFF}\u{10FFFF}"])
  func noUpperBound(prefix: String) {
    #expect(Bytewise.upperBound(ofPrefix: prefix) == nil)
  }

  /// Whatever the texts: one that starts with the prefix is from the prefix up to the bound, any other is not.
  @Test func upperBoundSeparates() {
    var random = SystemRandomNumberGenerator()
    let scalars: [Unicode.Scalar] = [
      "a", "b", "\u{7F}", "\u{80}", "\u{7FF}", "\u{800}", "\u{D7FF}", "\u{E000}", "\u{FFFF}", "\u{10000}",
      "\u{10FFFF}",
    ]
    func text(_ lengths: ClosedRange<Int>) -> String {
      var view = String.UnicodeScalarView()
      for _ in 0..<Int.random(in: lengths, using: &random) {
        view.append(scalars.randomElement(using: &random) ?? "a")
      }
      return String(view)
    }
    for _ in 0..<20_000 {
      let (prefix, other) = (text(1...3), text(0...4))
      let bound = Bytewise.upperBound(ofPrefix: prefix)
      let isWithin =
        !Bytewise.precedes(other, prefix) && (bound.map { Bytewise.precedes(other, $0) } ?? true)
      #expect(
        isWithin == Bytewise.hasPrefix(other, prefix),
        "prefix \(prefix.debugDescription), text \(other.debugDescription)")
    }
  }
}
