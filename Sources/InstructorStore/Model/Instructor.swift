/// A stored instructor.
///
/// Two instructors are equal when every field is, texts by their UTF-8 bytes: Swift's own `String` equality
/// would call two different stored values the same (canonical equivalence).
public struct Instructor: Sendable, Codable {
  public var id: InstructorID
  /// 1 after creation, one more with every change of the instructor or of its courses.
  public var version: Int64
  public var firstName: String
  public var middleInitial: String?
  public var lastName: String
  /// For example "Professor" or "Ph.D.".
  public var academicTitle: String?
  /// A job title, for example "Director of the Machine Learning Group".
  public var title: String?
  public var organization: String?
  /// How many learners enrolled with this instructor.
  public var learners: Int64
  public var averageRating: AverageRating?
  public var ratingCount: Int64
  /// Ascending by course id.
  public var courses: [CourseAssignment]

  public init(
    id: InstructorID, version: Int64, firstName: String, middleInitial: String?, lastName: String,
    academicTitle: String?, title: String?, organization: String?, learners: Int64,
    averageRating: AverageRating?, ratingCount: Int64, courses: [CourseAssignment]
  ) {
    self.id = id
    self.version = version
    self.firstName = firstName
    self.middleInitial = middleInitial
    self.lastName = lastName
    self.academicTitle = academicTitle
    self.title = title
    self.organization = organization
    self.learners = learners
    self.averageRating = averageRating
    self.ratingCount = ratingCount
    self.courses = courses
  }

  /// What `new` becomes when it is stored under `id`: version 1, courses in order.
  public init(_ new: NewInstructor, id: InstructorID) {
    self.init(
      id: id, version: 1, firstName: new.firstName, middleInitial: new.middleInitial,
      lastName: new.lastName, academicTitle: new.academicTitle, title: new.title,
      organization: new.organization, learners: new.learners, averageRating: new.averageRating,
      ratingCount: new.ratingCount, courses: new.courses.sorted { $0.courseID < $1.courseID })
  }
}

extension Instructor: Equatable {
  public static func == (left: Self, right: Self) -> Bool {
    left.id == right.id && left.version == right.version
      && Bytewise.equal(left.firstName, right.firstName)
      && Bytewise.equal(left.middleInitial, right.middleInitial)
      && Bytewise.equal(left.lastName, right.lastName)
      && Bytewise.equal(left.academicTitle, right.academicTitle)
      && Bytewise.equal(left.title, right.title)
      && Bytewise.equal(left.organization, right.organization)
      && left.learners == right.learners && left.averageRating == right.averageRating
      && left.ratingCount == right.ratingCount && left.courses == right.courses
  }
}

/// An instructor to be created.
public struct NewInstructor: Sendable {
  /// `nil`: the store draws one. A value is for imports; a taken one is a conflict, and it never moves the
  /// store's own allocator.
  public var id: InstructorID?
  public var firstName: String
  public var middleInitial: String?
  public var lastName: String
  public var academicTitle: String?
  public var title: String?
  public var organization: String?
  public var learners: Int64
  public var averageRating: AverageRating?
  public var ratingCount: Int64
  /// In any order, each course at most once.
  public var courses: [CourseAssignment]

  public init(
    id: InstructorID? = nil, firstName: String, middleInitial: String? = nil, lastName: String,
    academicTitle: String? = nil, title: String? = nil, organization: String? = nil,
    learners: Int64 = 0, averageRating: AverageRating? = nil, ratingCount: Int64 = 0,
    courses: [CourseAssignment] = []
  ) {
    self.id = id
    self.firstName = firstName
    self.middleInitial = middleInitial
    self.lastName = lastName
    self.academicTitle = academicTitle
    self.title = title
    self.organization = organization
    self.learners = learners
    self.averageRating = averageRating
    self.ratingCount = ratingCount
    self.courses = courses
  }
}
