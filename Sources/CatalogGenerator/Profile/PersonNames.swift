/// Draws names: a language area, then given and family names from it, the frequent ones more often.
struct PersonNames: Sendable {
  private let cultures = AliasTable(weights: PersonWords.cultures.map(\.share))
  private let doubleFamilyShares = PersonWords.cultures.map(\.doubleFamilyShare)
  private let familySeparators = PersonWords.cultures.map(\.familySeparator)
  private let initials = WeightedTexts(PersonWords.initials, shift: 4)
  /// One group for each language area.
  private let given: WeightedTexts
  private let family: WeightedTexts

  /// Of 256 instructors, how many have a family name from another language area than their given name.
  private static let mixedShare: UInt8 = 14
  /// Of 256 instructors, how many have two given names.
  private static let doubleGivenShare: UInt8 = 9

  init() {
    var given = WeightedTexts()
    var family = WeightedTexts()
    for culture in PersonWords.cultures {
      given.append(culture.given, shift: 4)
      family.append(culture.family, shift: 3)
    }
    self.given = given
    self.family = family
  }

  /// Takes three values of `random`, whatever it draws.
  @inline(__always)
  func draw(_ random: inout SplitMix64) -> (first: String, last: String) {
    let (a, b, c) = (random.next(), random.next(), random.next())
    let culture = cultures.index(a.upper)
    var first = given.draw(a.lower, group: culture)
    if c.byte(0) < Self.doubleGivenShare {
      let second = given.draw(c.upper, group: culture)
      if second != first { first = "\(first) \(second)" }
    }
    let familyCulture = c.byte(1) < Self.mixedShare ? cultures.index(c.upper) : culture
    var last = family.draw(b.upper, group: familyCulture)
    if c.byte(2) < doubleFamilyShares[familyCulture] {
      let second = family.draw(b.lower, group: familyCulture)
      if second != last { last = "\(last)\(familySeparators[familyCulture])\(second)" }
    }
    return (first, last)
  }

  @inline(__always)
  func initial(_ random: UInt32) -> String { initials.draw(random) }
}
