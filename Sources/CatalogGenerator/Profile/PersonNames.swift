/// Draws names: a language area, then given and family names from it, the frequent ones more often.
struct PersonNames: Sendable {
  private struct Culture: Sendable {
    let given: [String]
    let family: [String]
    let givenDraw: AliasTable
    let familyDraw: AliasTable
    let familySeparator: String
    let doubleFamilyShare: UInt8
  }
  private let cultures: [Culture]
  private let cultureDraw: AliasTable
  private let initials: [String]
  private let initialDraw: AliasTable

  /// Of 256 instructors, how many have a family name from another language area than their given name.
  private static let mixedShare: UInt8 = 14
  /// Of 256 instructors, how many have two given names.
  private static let doubleGivenShare: UInt8 = 9

  init() {
    cultures = PersonWords.cultures.map { culture in
      Culture(
        given: culture.given, family: culture.family,
        givenDraw: AliasTable(zipfMandelbrot: culture.given.count, shift: 4),
        familyDraw: AliasTable(zipfMandelbrot: culture.family.count, shift: 3),
        familySeparator: culture.familySeparator, doubleFamilyShare: culture.doubleFamilyShare)
    }
    cultureDraw = AliasTable(weights: PersonWords.cultures.map(\.share))
    initials = PersonWords.initials
    initialDraw = AliasTable(zipfMandelbrot: PersonWords.initials.count, shift: 4)
  }

  /// Takes three values of `random`, whatever it draws.
  @inline(__always)
  func draw(_ random: inout SplitMix64) -> (first: String, last: String) {
    let (a, b, c) = (random.next(), random.next(), random.next())
    let given = cultures[cultureDraw.index(a.upper)]
    let isMixed = UInt8(truncatingIfNeeded: c) < Self.mixedShare
    let family = isMixed ? cultures[cultureDraw.index(c.upper)] : given

    var first = given.given[given.givenDraw.index(a.lower)]
    if UInt8(truncatingIfNeeded: c >> 8) < Self.doubleGivenShare {
      let second = given.given[given.givenDraw.index(c.upper)]
      if second != first { first = "\(first) \(second)" }
    }
    var last = family.family[family.familyDraw.index(b.upper)]
    if UInt8(truncatingIfNeeded: c >> 16) < family.doubleFamilyShare {
      let second = family.family[family.familyDraw.index(b.lower)]
      if second != last { last = "\(last)\(family.familySeparator)\(second)" }
    }
    return (first, last)
  }

  func initial(_ random: UInt32) -> String { initials[initialDraw.index(random)] }
}
