internal import InstructorStore

/// Names and pictures of reviewers, and what else belongs to one.
final class ReviewerProfiles: Sendable {
  private let key: UInt64
  private let names = PersonNames()
  private static let pictureFolder = Array("https://pictures.example.org/reviewers/".utf8)
  private static let pictureType = Array(".jpg".utf8)
  private static let digits = Array("0123456789abcdef".utf8)

  /// Of 256 reviewers, how many have the field, or show less of their name.
  private static let shares = (picture: UInt8(154), initialOnly: UInt8(52), givenNameOnly: UInt8(20))

  init(seed: UInt64) { key = CatalogStream.reviewers.key(seed: seed) }

  /// What every review of the reviewer repeats.
  @inline(__always)
  func author(_ index: UInt64) -> (name: String, picture: String?) {
    var random = SplitMix64(seed: SplitMix64.hash(index, key: key))
    let (first, last) = names.draw(&random)
    let bits = random.next()
    return (
      name(first, last, bits.byte(0)), bits.byte(1) < Self.shares.picture ? Self.picture(random.next()) : nil
    )
  }

  func reviewer(_ index: UInt64, reviewCount: Int64) -> Reviewer {
    let (name, picture) = author(index)
    // Nobody reviews every course they take; most review most.
    let bits = SplitMix64.hash(index, key: ~key)
    let silent = (Int64(bits.byte(0)) * Int64(bits.byte(1))) >> 11
    return Reviewer(
      id: ReviewerID(Int64(index) + 1), version: 1, name: name, picture: picture,
      coursesTaken: reviewCount + silent, reviewCount: reviewCount)
  }

  private func name(_ first: String, _ last: String, _ draw: UInt8) -> String {
    guard draw >= Self.shares.givenNameOnly else { return first }
    var name = first
    name.append(" ")
    if draw < Self.shares.givenNameOnly + Self.shares.initialOnly, let initial = last.unicodeScalars.first {
      name.unicodeScalars.append(initial)
      name.append(".")
    } else {
      name.append(last)
    }
    return name
  }

  private static func picture(_ random: UInt64) -> String {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64) { buffer in
      var text = ByteWriter(buffer)
      text.append(pictureFolder)
      for shift in stride(from: UInt64(60), through: 0, by: -4) {
        text.append(byte: digits[Int(random >> shift & 15)])
      }
      text.append(pictureType)
      return text.string
    }
  }
}

/// Puts a text together in memory that somebody else owns and has made large enough.
struct ByteWriter {
  private let buffer: UnsafeMutableBufferPointer<UInt8>
  private(set) var count = 0

  init(_ buffer: UnsafeMutableBufferPointer<UInt8>) { self.buffer = buffer }

  @inline(__always)
  mutating func append(byte: UInt8) {
    buffer[count] = byte
    count += 1
  }

  @inline(__always)
  mutating func append(_ bytes: some Collection<UInt8>) {
    let rest = UnsafeMutableBufferPointer(rebasing: buffer[count...])
    count += rest.update(fromContentsOf: bytes)
  }

  /// Makes the ASCII letter at `position` a small one.
  mutating func lowercase(at position: Int) { buffer[position] |= 0x20 }

  var string: String { String(decoding: buffer[..<count], as: UTF8.self) }
}
