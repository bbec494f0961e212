internal import InstructorStore

/// Everything about an instructor but id and courses, drawn from tables that are built once.
///
/// Long texts are composed when the tables are built: a record then costs a few look-ups and no allocation for
/// them (Swift keeps texts of up to 15 UTF-8 bytes inside the value itself).
struct InstructorProfiles: Sendable {
  private let key: UInt64
  private let names = PersonNames()
  private let academicTitles = TitleWords.academicTitles
  private let academicDraw = AliasTable(zipfMandelbrot: TitleWords.academicTitles.count, shift: 2)
  private let standaloneTitles = TitleWords.standalone
  private let standaloneDraw = AliasTable(zipfMandelbrot: TitleWords.standalone.count, shift: 4)
  private let roleDraw = AliasTable(zipfMandelbrot: TitleWords.roles.count, shift: 2)
  private let fieldDraw = AliasTable(zipfMandelbrot: TitleWords.fields.count, shift: 8)
  private let organizationDraw: AliasTable
  private let ratingDraw = AliasTable(weights: Self.ratingWeights)
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

  ///
  /// `draws` is what the rest of the record needs.
  @inline(__always)
  func profile(_ index: UInt64, id: InstructorID?, learners: Int64, courses: [CourseAssignment])
    -> NewInstructor
  {
    var random = SplitMix64(seed: SplitMix64.hash(index, key: key))
    let (first, last) = names.draw(&random)
    let (flags, d, e, f, g) = (random.next(), random.next(), random.next(), random.next(), random.next())
    let texts = copies[Int(truncatingIfNeeded: index >> ComposedTexts.blockBits) % ComposedTexts.copies]
    let rated = ratingCount(learners: learners, g)
    return NewInstructor(
      id: id,
      firstName: first,
      middleInitial: flags.byte(0) < Self.shares.initial ? names.initial(d.upper) : nil,
      lastName: last,
      academicTitle: flags.byte(1) < Self.shares.academicTitle
        ? academicTitles[academicDraw.index(d.lower)] : nil,
      title: flags.byte(2) < Self.shares.title
        ? title(e, texts, isStandalone: flags.byte(3) < Self.shares.standaloneTitle) : nil,
      organization: flags.byte(4) < Self.shares.organization
        ? texts.organizations[organizationDraw.index(f.upper)] : nil,
      learners: learners,
      averageRating: rated > 0 ? AverageRating(tenths: ratingDraw.index(f.lower)) : nil,
      ratingCount: rated,
      courses: courses)
  }

  private func title(_ random: UInt64, _ texts: ComposedTexts, isStandalone: Bool) -> String {
    isStandalone
      ? standaloneTitles[standaloneDraw.index(random.upper)]
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
