internal import InstructorStore

/// Everything about an instructor but id and courses, drawn from tables that are built once.
///
/// Long texts are composed when the tables are built: a record then costs a few look-ups and no allocation for
/// them (Swift keeps texts of up to 15 UTF-8 bytes inside the value itself).
final class InstructorProfiles: Sendable {
  private let key: UInt64
  private let names = PersonNames()
  private let academicTitles = WeightedTexts(TitleWords.academicTitles, shift: 2)
  private let standaloneTitles = WeightedTexts(TitleWords.standalone, shift: 4)
  private let roleDraw = AliasTable(zipfMandelbrot: TitleWords.roles.count, shift: 2)
  private let fieldDraw = AliasTable(zipfMandelbrot: TitleWords.fields.count, shift: 8)
  private let organizationDraw: AliasTable
  private let ratingDraw = AliasTable(weights: InstructorProfiles.ratingWeights)
  private let copies: [ComposedTexts]

  /// Of 256 instructors, how many have the field.
  private static let shares = (
    initial: UInt8(86), academicTitle: UInt8(190), title: UInt8(235), organization: UInt8(246),
    // Of 256 titles, how many are not "role of field".
    standaloneTitle: UInt8(48)
  )

  init(seed: UInt64) {
    key = CatalogStream.profiles.key(seed: seed)
    copies = (0..<ComposedTexts.copies).map { _ in ComposedTexts(seed: seed) }
    organizationDraw = AliasTable(zipfMandelbrot: ComposedTexts.organizationCount, shift: 3)
  }

  /// Fills in everything but id, learners and courses; what the instructor doesn't have is left as it is.
  ///
  /// - Parameter record: With its learners; all that is optional `nil`.
  @inline(__always)
  func fill(_ record: inout NewInstructor, index: UInt64) {
    var random = SplitMix64(seed: SplitMix64.hash(index, key: key))
    (record.firstName, record.lastName) = names.draw(&random)
    let (flags, d, e, f, g) = (random.next(), random.next(), random.next(), random.next(), random.next())
    if flags.byte(0) < Self.shares.initial { record.middleInitial = names.initial(d.upper) }
    if flags.byte(1) < Self.shares.academicTitle { record.academicTitle = academicTitles.draw(d.lower) }
    let texts = copies[Int(truncatingIfNeeded: index >> ComposedTexts.blockBits) % ComposedTexts.copies]
    if flags.byte(2) < Self.shares.title {
      record.title = title(e, texts, isStandalone: flags.byte(3) < Self.shares.standaloneTitle)
    }
    if flags.byte(4) < Self.shares.organization {
      record.organization = texts.organizations[organizationDraw.index(f.upper)]
    }
    record.ratingCount = ratingCount(learners: record.learners, g)
    if record.ratingCount > 0 { record.averageRating = AverageRating(tenths: ratingDraw.index(f.lower)) }
  }

  private func title(_ random: UInt64, _ texts: ComposedTexts, isStandalone: Bool) -> String {
    isStandalone
      ? standaloneTitles.draw(random.upper)
      : texts.title(role: roleDraw.index(random.upper), field: fieldDraw.index(random.lower))
  }

  /// Between 1.5% and 26% of the learners, more often few; rounded down, so that small courses have none.
  private func ratingCount(learners: Int64, _ random: UInt64) -> Int64 {
    let share = 16 + Int64(random.byte(0)) * Int64(random.byte(1)) / 256
    return learners * share / 1_024
  }

  /// How often an average of 0.0, 0.1, … 5.0 occurs: four in five lie from 4.3 to 4.9, and none is missing.
  private static let ratingWeights: [UInt64] =
    [3, 1, 1, 1, 1, 1, 1, 1, 1, 1]
    + [20, 2, 2, 2, 3, 3, 3, 3, 4, 4]
    + [10, 4, 5, 5, 6, 8, 7, 8, 9, 10]
    + [30, 14, 17, 21, 26, 40, 42, 55, 72, 95]
    + [180, 200, 290, 480, 680, 900, 1_050, 1_000, 860, 540, 260]
}

extension UInt64 {
  var upper: UInt32 { UInt32(truncatingIfNeeded: self >> 32) }
  var lower: UInt32 { UInt32(truncatingIfNeeded: self) }
  /// Byte 0 is the lowest.
  func byte(_ number: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: self >> (number * 8)) }
}
