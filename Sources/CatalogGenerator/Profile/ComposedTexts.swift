/// Organizations and job titles, composed once.
///
/// A text of more than 15 bytes is an object with a reference count. Two threads that generate records would write to
/// the counts of the same few thousand objects all the time and take the memory from each other's caches; so
/// there are several equal copies, and neighbouring blocks of records use different ones.
final class ComposedTexts: Sendable {
  static let copies = 4
  /// Records of one block: 2¹¹, about one batch of a bulk load.
  static let blockBits: UInt64 = 11

  static let organizationCount =
    OrganizationWords.institutions.count * OrganizationWords.places.count
    + OrganizationWords.companies.count * OrganizationWords.stems.count

  /// The largest first.
  let organizations: [String]
  private let titles: [String]

  init(seed: UInt64) {
    let names =
      Self.combine(OrganizationWords.institutions, OrganizationWords.places)
      + Self.combine(OrganizationWords.companies, OrganizationWords.stems)
    let order = KeyedPermutation(
      count: UInt64(names.count), key: CatalogStream.organizations.key(seed: seed))
    organizations = names.indices.map { names[Int(order.image(of: UInt64($0)))] }
    titles = Self.combine(TitleWords.roles, TitleWords.fields)
  }

  func title(role: Int, field: Int) -> String { titles[role * TitleWords.fields.count + field] }

  /// Every pattern with every word in the place of its asterisk.
  private static func combine(_ patterns: [String], _ words: [String]) -> [String] {
    patterns.flatMap { pattern in
      let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
      return words.map { word in "\(parts[0])\(word)\(parts[1])" }
    }
  }
}
