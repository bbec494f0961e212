internal import InstructorStore

/// Composes comments about courses: a few sentences that suit the stars, of 20 to 600 bytes, more often short.
///
/// Every fragment lies in one array of bytes, so a comment is a few copies and one allocation, and threads share no
/// reference counts.
struct Comments: Sendable {
  static let bytes = 20...600
  /// With the space before it: a text with room for that many bytes has room for any further sentence.
  private let longestSentence: Int

  private var storage: [UInt8] = []
  /// Where each fragment begins, and where the last one ends.
  private var starts: [Int] = [0]
  private let openers: Range<Int>
  private let subjects: Range<Int>
  private let tails: Range<Int>
  private let fields: Range<Int>
  private let tones: [Tone]

  /// Fragments that say the same kind of thing, by their numbers.
  private struct Tone: Sendable {
    var predicates: Range<Int>
    var sentences: Range<Int>
    /// Twice as many fragments: what stands before the field, and what behind it.
    var aboutField: Range<Int>
  }

  init() {
    var storage: [UInt8] = []
    var starts = [0]
    func add(_ texts: [String]) -> Range<Int> {
      let first = starts.count - 1
      for text in texts {
        storage += text.utf8
        starts.append(storage.count)
      }
      return first..<starts.count - 1
    }
    openers = add(CommentWords.openers.map { $0 + " " })
    subjects = add(CommentWords.subjects.map { $0 + " " })
    tails = add(CommentWords.tails)
    fields = add(TitleWords.fields)
    tones = CommentWords.tones.map { tone in
      Tone(
        predicates: add(tone.predicates), sentences: add(tone.sentences),
        aboutField: add(
          tone.aboutField.flatMap { pattern in
            pattern.split(separator: "*", omittingEmptySubsequences: false).prefix(2).map { String($0) }
          }))
    }
    self.storage = storage
    self.starts = starts
    func longest(_ texts: [String]) -> Int { texts.map(\.utf8.count).max() ?? 0 }
    longestSentence =
      CommentWords.tones.map { tone in
        // Openers and subjects are followed by a space, a predicate by a point.
        let composed =
          [CommentWords.openers, CommentWords.subjects, tone.predicates, CommentWords.tails].map(longest)
          .reduce(3, +)
        return max(
          composed, longest(tone.sentences), longest(tone.aboutField) + longest(TitleWords.fields))
      }.reduce(0, max) + 1
  }

  @inline(__always)
  func compose(stars: Stars, field: Int, _ random: inout SplitMix64) -> String {
    let length = Self.length(random.next())
    let tone = tones[stars.halves >= 9 ? 0 : stars.halves >= 6 ? 1 : 2]
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.bytes.upperBound) { buffer in
      var text = ByteWriter(buffer)
      repeat {
        if text.count > 0 { text.append(byte: UInt8(ascii: " ")) }
        sentence(tone, fields.lowerBound + field, random.next(), &text)
      } while text.count < length && text.count + longestSentence <= Self.bytes.upperBound
      return text.string
    }
  }

  /// Where no further sentence is begun: the cube of a uniform number between the bounds. The mean is a quarter up.
  private static func length(_ random: UInt64) -> Int {
    let uniform = UInt64(random.upper)
    let cube = (((uniform * uniform) >> 32) * uniform) >> 32
    return bytes.lowerBound + Int((cube * UInt64(bytes.count)) >> 32)
  }

  @inline(__always)
  private func sentence(_ tone: Tone, _ field: Int, _ random: UInt64, _ text: inout ByteWriter) {
    let kind = random.byte(7)
    switch kind {
    case ..<72:
      append(tone.sentences, random.byte(0), random.byte(1), &text)
      return
    case ..<112:
      let half = tone.aboutField.count / 2
      let pattern = tone.aboutField.lowerBound + 2 * Self.index(half, random.byte(0), random.byte(1))
      append(pattern, &text)
      append(field, &text)
      append(pattern + 1, &text)
      return
    default:
      if kind < 160 { append(openers, random.byte(4), random.byte(6), &text) }
      let position = text.count
      append(subjects, random.byte(0), random.byte(1), &text)
      if kind < 160 { text.lowercase(at: position) }
      append(tone.predicates, random.byte(2), random.byte(3), &text)
      if kind >= 208 { append(tails, random.byte(5), random.byte(6), &text) }
      text.append(byte: UInt8(ascii: kind & 7 == 0 ? "!" : "."))
    }
  }

  @inline(__always)
  private func append(_ fragments: Range<Int>, _ high: UInt8, _ low: UInt8, _ text: inout ByteWriter) {
    append(fragments.lowerBound + Self.index(fragments.count, high, low), &text)
  }

  @inline(__always)
  private func append(_ fragment: Int, _ text: inout ByteWriter) {
    text.append(storage[starts[fragment]..<starts[fragment + 1]])
  }

  /// A number below `count` from 16 uniform bits.
  @inline(__always)
  private static func index(_ count: Int, _ high: UInt8, _ low: UInt8) -> Int {
    ((Int(high) << 8 | Int(low)) * count) >> 16
  }
}
