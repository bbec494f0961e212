import InstructorStore
import Testing

@Suite struct ModelTests {
  @Test(arguments: [
    (0, "0.0"), (5, "0.5"), (43, "4.3"), (50, "5.0"), (-1, "-0.1"), (-15, "-1.5"), (123, "12.3"),
  ])
  func ratingInTenths(tenths: Int, text: String) {
    #expect(AverageRating(tenths: tenths).description == text)
    #expect(AverageRating(tenths: tenths).tenths == tenths)
  }

  @Test func ratingsAreOrdered() {
    #expect(
      (0...50).map { AverageRating(tenths: $0) }
        == (0...50).reversed().map { AverageRating(tenths: $0) }.sorted())
    #expect(AverageRating(tenths: 43).doubleValue == 4.3)
    _ = AverageRating(tenths: .min).description
  }

  private let complete = Instructor(
    id: 1, version: 7, firstName: "Grace", middleInitial: "B.", lastName: "Hopper", academicTitle: "Ph.D.",
    title: "Rear Admiral", organization: "Navy", learners: 1, averageRating: AverageRating(tenths: 50),
    ratingCount: 2, courses: [.primary(42)])

  @Test func patchKeepsWhatItDoesNotName() {
    let empty = InstructorPatch()
    #expect(empty.isEmpty)
    #expect(empty.applied(to: complete) == complete)
    var expected = complete
    expected.version = 8
    expected.title = nil
    expected.firstName = "G."
    #expect(InstructorPatch(firstName: "G.", title: .clear).applied(to: complete) == expected)
  }

  @Test func everyFieldMakesAPatchNonEmpty() {
    let patches = [
      InstructorPatch(firstName: "Grace"), InstructorPatch(middleInitial: .clear),
      InstructorPatch(lastName: "H"),
      InstructorPatch(academicTitle: .set("x")), InstructorPatch(title: .clear),
      InstructorPatch(organization: .set("x")), InstructorPatch(learners: 0),
      InstructorPatch(averageRating: .clear), InstructorPatch(ratingCount: 0),
    ]
    for patch in patches {
      #expect(!patch.isEmpty)
      #expect(patch.applied(to: complete).version == 8)
      #expect(patch.applied(to: complete).courses == complete.courses)
    }
  }

  @Test func instructorsAreEqualByBytes() {
    var (one, two) = (complete, complete)
    one.organization = "Jos\u{E9}"
    two.organization = "Jose\u{301}"
    #expect(one != two)
    two.organization = "Jos\u{E9}"
    #expect(one == two)
  }

  @Test func newInstructorsCoursesAreSorted() {
    let new = NewInstructor(
      firstName: "A", lastName: "B", courses: [.assistant(3), .primary(1), .assistant(2)])
    #expect(Instructor(new, id: 5).courses == [.primary(1), .assistant(2), .assistant(3)])
    #expect(Instructor(new, id: 5).version == 1)
  }
}
