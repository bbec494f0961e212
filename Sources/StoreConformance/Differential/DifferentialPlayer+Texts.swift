import InstructorStore

/// Answers as texts of ASCII characters, so that equal texts are equal answers: Swift's own comparison of other texts is
/// canonical equivalence.
extension DifferentialPlayer {
  func text(of error: StoreError) -> String {
    var text = "\(error.code)"
    if let constraint = error.constraint { text += " [\(constraint.rawValue)]" }
    if let index = error.index { text += " item \(index)" }
    return text + " \(error.outcome.rawValue)"
  }

  func text(of instructor: Instructor) -> String {
    let courses = instructor.courses.map { "\(name($0.courseID.rawValue, nil)) \($0.role.rawValue)" }
    return """
      instructor \(name(instructor.id.rawValue, .instructor)) v\(instructor.version) \
      \(escaped(instructor.firstName)) \(escaped(instructor.lastName)) \(escaped(instructor.organization)) \
      learners \(instructor.learners) [\(courses.joined(separator: ", "))]
      """
  }

  func text(of team: CourseTeam) -> String {
    let assistants = team.assistants.map { text(of: $0) }.joined(separator: ", ")
    return
      "team of \(name(team.courseID.rawValue, nil)): \(team.primary.map { text(of: $0) } ?? "none"), \(assistants)"
  }

  func text(of standing: OrganizationStanding) -> String {
    "\(escaped(standing.organization)) instructors \(standing.instructors) learners \(standing.learners)"
  }

  func text(of reviewer: Reviewer) -> String {
    """
    reviewer \(name(reviewer.id.rawValue, .reviewer)) v\(reviewer.version) \(escaped(reviewer.name)) \
    \(escaped(reviewer.picture)) courses \(reviewer.coursesTaken) reviews \(reviewer.reviewCount)
    """
  }

  func text(of review: Review) -> String {
    """
    review \(name(review.id.rawValue, .review)) v\(review.version) of \(name(review.courseID.rawValue, nil)) \
    by \(name(review.reviewerID.rawValue, .reviewer)) \(escaped(review.reviewerName)) \
    \(escaped(review.reviewerPicture)) stars \(review.stars) \(escaped(review.comment)) \
    at \(review.createdAt.milliseconds) helpful \(review.helpful) reported \(review.reported)
    """
  }

  func text(of page: Page<Review>) -> String {
    page.items.map { text(of: $0) }.joined(separator: "; ") + (page.next == nil ? "" : "; more")
  }

  func text(of rating: CourseRating) -> String {
    """
    rating of \(name(rating.courseID.rawValue, nil)) v\(rating.version) \
    base \(rating.base.map { "\($0)" } ?? "absent"), reviews \(rating.reviews), average \(rating.overallRating)
    """
  }

  private func escaped(_ text: String?) -> String {
    guard let text else { return "absent" }
    return "\"" + text.unicodeScalars.map { $0.escaped(asASCII: true) }.joined() + "\""
  }
}
