import InstructorStore
import Testing

@testable import CatalogGenerator

/// Pinned values: they fail when the format changes. Then raise ``Catalog/formatVersion`` and pin the new ones.
enum Golden {
  static let formatVersion = 1
  static let zipfianRanks = [367, 25, 0, 2_135, 2_138, 19, 3, 689]
  static let fingerprints: [(seed: UInt64, instructors: Int, courses: Int, fingerprint: String)] = [
    (1, 100_000, 100_000, "e3a57a09739ca4e0"),
    (1, 1_000_000, 1_000_000, "d986a556c81b0dab"),
    (2, 10_000_000, 10_000_000, "ddfd8a9522d8c64b"),
    (3, 7, 500, "52495bbfa513e859"),
    (4, 1, 1, "1ffa65a105f8c81e"),
    (5, 5_000, 20, "b19d67328e994293"),
  ]
  /// Of seed 1, 1,000 instructors and courses, with so many reviewers and reviews.
  static let reviewFingerprints: [(reviewers: Int, reviews: Int, fingerprint: String)] = [
    (1_000, 10_000, "7a03a25d6ffa3ce7"), (50, 100_000, "bc9323f759d2e22b"),
    (100_000, 1_000_000, "ea6d29a1f564326e"),
  ]
  /// Of seed 1, 1,000 instructors and courses, 1,000 reviewers and 10,000 reviews.
  static let reviews: [(id: Int64, text: String)] = [
    (
      1,
      "420|516|Femke Meijer|https://pictures.example.org/reviewers/88c407ae32162e5e.jpg|3.5|1698178795457|0|0|"
        + "In my experience the last module could use better subtitles. For a beginner like me the pace of the course needed more examples. Too much theory for my taste, yet still useful."
    ),
    (
      5_000,
      "730|855|Jun Junjie|https://pictures.example.org/reviewers/1e10b1e7a3a1fd9d.jpg|4.0|1664917494566|44|0|"
        + "Half of it has little to do with Astronomy."
    ),
    (
      10_000,
      "656|352|Jennifer Williams|-|5.0|1726393819696|0|0|"
        + "The feedback of other learners prepared me well for the certificate."
    ),
  ]
  /// Of seed 1, 100,000 instructors and as many courses.
  static let records: [(id: Int64, text: String)] = [
    (
      1,
      "Jan|-|Bakker|-|Assistant Professor of Economics|"
        + "Bangalore Open University|45|4.4|4|a4395|p49961|a71169"
    ),
    (
      2,
      "Hassan|-|Rahman|Professor|Visiting Professor of Data Science|"
        + "Auckland Medical School|54|4.6|8|p16284|a23934|a25064"
    ),
    (
      4_711,
      "Wolfgang|-|Weber|Lecturer|Professor of Music|"
        + "Graz State University|118|4.2|7|a20808|a69917|p73214"
    ),
    (
      50_000,
      "Günther|-|Klein|Lecturer|Associate Professor of Machine Learning|"
        + "Edinburgh Open University|619|4.5|83|a4117|a25947|p40461|a85096"
    ),
    (
      100_000,
      "Anna|-|Novák|Distinguished Professor|Anthropology Trainer|"
        + "Universität Houston|432|4.5|66|a2203|p17420|a67404"
    ),
  ]
}

@Suite struct GoldenTests {
  private func text(_ record: Instructor) -> String {
    let texts = [
      record.firstName, record.middleInitial, record.lastName, record.academicTitle, record.title,
      record.organization, "\(record.learners)", record.averageRating?.description, "\(record.ratingCount)",
    ]
    let courses = record.courses.map { "\($0.role == .primary ? "p" : "a")\($0.courseID)" }
    return (texts.map { $0 ?? "-" } + courses).joined(separator: "|")
  }

  @Test func recordsAreThoseOfTheFormatVersion() throws {
    #expect(Catalog.formatVersion == Golden.formatVersion)
    let catalog = try Catalog(seed: 1, instructors: 100_000, courses: 100_000)
    for (id, expected) in Golden.records {
      let record = try #require(catalog.expectedInstructor(InstructorID(id)))
      #expect(text(record) == expected)
    }
  }

  @Test func fingerprintsAreThoseOfTheFormatVersion() throws {
    for golden in Golden.fingerprints {
      let catalog = try Catalog(
        seed: golden.seed, instructors: golden.instructors, courses: golden.courses)
      #expect(catalog.fingerprint == golden.fingerprint)
    }
  }

  @Test func reviewsAreThoseOfTheFormatVersion() throws {
    for golden in Golden.reviewFingerprints {
      let catalog = try Catalog(
        seed: 1, instructors: 1_000, courses: 1_000, reviewers: golden.reviewers, reviews: golden.reviews)
      #expect(catalog.fingerprint == golden.fingerprint)
    }
    let catalog = try Catalog(seed: 1, instructors: 1_000, courses: 1_000, reviewers: 1_000, reviews: 10_000)
    for (id, expected) in Golden.reviews {
      let review = try #require(catalog.expectedReview(ReviewID(id)))
      let text =
        "\(review.courseID)|\(review.reviewerID)|\(review.reviewerName)|\(review.reviewerPicture ?? "-")|"
        + "\(review.stars)|\(review.createdAt.milliseconds)|\(review.helpful)|\(review.reported)|\(review.comment)"
      #expect(text == expected)
    }
  }
}
