public import InstructorStore

/// A call, or several that share an exchange, for ``FaultSweep``: what is called, and how to see in the database what came of it.
public struct SweptOperation: Sendable, CustomStringConvertible {
  public let description: String
  /// How the store is to be opened: calls that are made together share an exchange where it is `batched`.
  public let dispatch: DispatchMode
  /// Whether connections are new to it when it is called: it looks at the schema, and prepares its statements.
  let isFirstOnConnection: Bool
  /// Whether its messages are too long to be cut at each of their bytes.
  let isLarge: Bool
  /// Puts in place what one run of it needs. The number is another one each time.
  let prepare: @Sendable (_ observer: any StorageBackend, _ number: Int64) async throws -> SweptAttempt

  init(
    _ description: String, _ dispatch: DispatchMode = .direct, isFirstOnConnection: Bool = false,
    isLarge: Bool = false,
    _ prepare: @escaping @Sendable (_ observer: any StorageBackend, _ number: Int64) async throws
      -> SweptAttempt
  ) {
    self.description = description
    self.dispatch = dispatch
    self.isFirstOnConnection = isFirstOnConnection
    self.isLarge = isLarge
    self.prepare = prepare
  }
}

/// One run of an operation.
struct SweptAttempt: Sendable {
  /// Says whether its answer is the right one.
  typealias Call = @Sendable (any StorageBackend) async throws(StoreError) -> Bool

  /// Made at the same time.
  var calls: [Call]
  /// How often each call was applied, as the database has it; `nil` where they change nothing. A number other than
  /// 0 and 1 where it was applied in part.
  var applied: (@Sendable () async throws -> [Int])?
}

extension SweptOperation {
  /// Of every kind of exchange: one statement, several in one unit, transactions, and those that calls share.
  public static let all: [SweptOperation] = [
    get, firstGet, team, page, create, update, delete, replacePrimary, createReview, deleteReview,
    getsTogether, createsTogether, updatesTogether,
  ]

  /// Of every kind of answer.
  public static let answers: [SweptOperation] = [get, create, getsTogether]

  /// Of more bytes than a socket, or a client's buffer, takes at once.
  public static let large: [SweptOperation] = [largeGet, largeCreate]

  /// What the operations are about; once per database.
  public static func fill(_ observer: any StorageBackend) async throws {
    for id in Self.instructors {
      _ = try await observer.instructors.create(instructor(id, course(of: id)))
    }
    _ = try await observer.reviewers.create(NewReviewer(id: 1, name: "Ada", picture: "https://example.com/ada"))
    for id in 1...3 {
      _ = try await observer.reviews.create(review(ReviewID(Int64(id)), of: pageCourse))
    }
    for start in [0, 50] {
      _ = try await observer.instructors.createMany(
        (start..<start + 50).map { long(InstructorID(largeIDs.lowerBound + Int64($0))) })
    }
  }

  // MARK: Reads

  private static let get = reading("get") { (store) async throws(StoreError) in
    try await store.instructors.get(instructors[0])
  }

  private static let firstGet = reading("get, first on its connection", isFirstOnConnection: true) {
    (store) async throws(StoreError) in
    try await store.instructors.get(instructors[0])
  }

  private static let team = reading("team") { (store) async throws(StoreError) in
    try await store.instructors.team(of: teamCourse)
  }

  private static let page = reading("page of reviews") { (store) async throws(StoreError) in
    try await store.reviews.page(of: pageCourse, limit: 10)
  }

  private static let getsTogether = reading("three gets together", calls: 3) {
    (store) async throws(StoreError) in
    try await store.instructors.get(instructors[1])
  }

  private static let largeGet = reading("get of 100 long ones", isLarge: true) {
    (store) async throws(StoreError) in
    try await store.instructors.get(largeIDs.map { InstructorID($0) })
  }

  private static func reading<Value: Equatable & Sendable>(
    _ name: String, calls: Int = 1, isFirstOnConnection: Bool = false, isLarge: Bool = false,
    _ read: @escaping @Sendable (any StorageBackend) async throws(StoreError) -> Value
  ) -> SweptOperation {
    SweptOperation(
      name, calls > 1 ? .batched : .direct, isFirstOnConnection: isFirstOnConnection, isLarge: isLarge
    ) { observer, _ in
      let expected = try await read(observer)
      let call: SweptAttempt.Call = { (store) async throws(StoreError) in try await read(store) == expected }
      return SweptAttempt(calls: Array(repeating: call, count: calls))
    }
  }

  // MARK: Writes of instructors

  private static let create = SweptOperation("create") { observer, number in
    creating(observer, [instructor(InstructorID(created + number), .assistant(CourseID(100 + number)))])
  }

  private static let createsTogether = SweptOperation("three creates together", .batched) {
    observer, number in
    creating(observer, (0..<3).map { _ in instructor(nil, nil) })
  }

  /// By names that nobody else has, as drawn ids are known only where a call succeeds.
  private static func creating(_ observer: any StorageBackend, _ items: [NewInstructor]) -> SweptAttempt {
    let named = items.enumerated().map { index, item in
      var item = item
      item.lastName = "\(UInt64.random(in: 1 << 63 ... .max))-\(index)"
      return item
    }
    return SweptAttempt(
      calls: named.map { item in
        let call: SweptAttempt.Call = { (store) async throws(StoreError) in
          let created = try await store.instructors.create(item)
          return created == Instructor(item, id: item.id ?? created.id)
        }
        return call
      },
      applied: {
        var counts: [Int] = []
        for item in named {
          counts.append(
            try await observer.instructors.count(
              InstructorFilter(lastNamePrefix: item.lastName), upTo: 10))
        }
        return counts
      })
  }

  private static let largeCreate = SweptOperation("create of 200 long ones", isLarge: true) {
    observer, number in
    let name = "\(UInt64.random(in: 1 << 63 ... .max))"
    let items = (0..<200).map { _ in
      var item = long(nil)
      item.lastName = name
      return item
    }
    let call: SweptAttempt.Call = { (store) async throws(StoreError) in
      let created = try await store.instructors.createMany(items)
      return zip(created, items).allSatisfy { $0 == Instructor($1, id: $0.id) }
    }
    return SweptAttempt(
      calls: [call],
      applied: {
        let count = try await observer.instructors.count(InstructorFilter(lastNamePrefix: name), upTo: 1_000)
        return [count % 200 == 0 ? count / 200 : -1]
      })
  }

  private static let update = SweptOperation("update") { observer, number in
    try await updating(observer, [instructors[0]], number)
  }

  private static let updatesTogether = SweptOperation("twelve updates together", .batched) {
    observer, number in
    try await updating(observer, instructors, number)
  }

  private static func updating(_ observer: any StorageBackend, _ ids: [InstructorID], _ number: Int64)
    async throws -> SweptAttempt
  {
    let before = try await observer.instructors.get(ids).compactMap { $0 }
    let patch = InstructorPatch(organization: .set("Number \(number)"), learners: number)
    return SweptAttempt(
      calls: before.map { instructor in
        let call: SweptAttempt.Call = { (store) async throws(StoreError) in
          try await store.instructors.update(instructor.id, patch) == patch.applied(to: instructor)
        }
        return call
      },
      applied: {
        let after = try await observer.instructors.get(ids).compactMap { $0 }
        return zip(before, after).map { before, after in
          if before == after { return 0 }
          return after == patch.applied(to: before) ? 1 : -1
        }
      })
  }

  private static let delete = SweptOperation("delete") { observer, number in
    let id = InstructorID(created + number)
    _ = try await observer.instructors.create(instructor(id, .assistant(CourseID(30))))
    let call: SweptAttempt.Call = { (store) async throws(StoreError) in
      try await store.instructors.delete(id)
      return true
    }
    return SweptAttempt(
      calls: [call],
      applied: { [try await observer.instructors.get([id]) == [nil] ? 1 : 0] })
  }

  private static let replacePrimary = SweptOperation("replacement of the primary") { observer, number in
    let former = try await observer.instructors.primary(of: teamCourse)
    let next = former?.id == instructors[0] ? instructors[1] : instructors[0]
    let before = try await observer.instructors.get(next)
    let call: SweptAttempt.Call = { (store) async throws(StoreError) in
      try await store.instructors.replacePrimary(of: teamCourse, with: before.id) == former?.id
    }
    return SweptAttempt(
      calls: [call],
      applied: {
        let primary = try await observer.instructors.primary(of: teamCourse)
        let after = try await observer.instructors.get(before.id)
        let isPrimary = primary?.id == before.id
        // Both documents, or rows, or none.
        guard isPrimary || primary == former else { return [-1] }
        let times = isPrimary ? 1 : 0
        return [after.version == before.version + Int64(times) ? times : -1]
      })
  }

  // MARK: Writes of reviews

  private static let createReview = SweptOperation("create of a review") { observer, number in
    let new = review(ReviewID(created + number), of: writtenCourse)
    return try await changing(observer, by: 1, exists: { try await isStored(new.id, observer) }) {
      (store) async throws(StoreError) in
      try await store.reviews.create(new).id == new.id
    }
  }

  private static let deleteReview = SweptOperation("delete of a review") { observer, number in
    let id = ReviewID(created + number)
    _ = try await observer.reviews.create(review(id, of: writtenCourse))
    return try await changing(observer, by: -1, exists: { try await !isStored(id, observer) }) {
      (store) async throws(StoreError) -> Bool in
      try await store.reviews.delete(id)
      return true
    }
  }

  /// A write after which the rating and the reviewer's count have to be as many as the reviews.
  private static func changing(
    _ observer: any StorageBackend, by change: Int64, exists: @escaping @Sendable () async throws -> Bool,
    _ call: @escaping SweptAttempt.Call
  ) async throws -> SweptAttempt {
    let ratings = try await observer.ratings.get(writtenCourse).totalRatings
    let reviews = try await observer.reviewers.get(1).reviewCount
    return SweptAttempt(
      calls: [call],
      applied: {
        let times = try await exists() ? 1 : 0
        let moved = change * Int64(times)
        let ratingsMoved = try await observer.ratings.get(writtenCourse).totalRatings - ratings
        let reviewsMoved = try await observer.reviewers.get(1).reviewCount - reviews
        return [ratingsMoved == moved && reviewsMoved == moved ? times : -1]
      })
  }

  private static func isStored(_ id: ReviewID?, _ observer: any StorageBackend) async throws -> Bool {
    guard let id else { return false }
    do throws(StoreError) {
      _ = try await observer.reviews.get(id)
      return true
    } catch {
      guard error.code == .notFound else { throw error }
      return false
    }
  }

  // MARK: Entities

  /// As many as share a transaction on MongoDB.
  private static let instructors = (0..<12).map { InstructorID(1 << 50 + $0) }
  private static let largeIDs = Int64(1 << 51)..<(1 << 51 + 100)
  /// Where the ids of those begin that runs create.
  private static let created = Int64(1 << 52)
  private static let teamCourse = CourseID(10)
  private static let pageCourse = CourseID(20)
  private static let writtenCourse = CourseID(21)

  private static func course(of id: InstructorID) -> CourseAssignment {
    id == instructors[0] ? .primary(teamCourse) : .assistant(teamCourse)
  }

  private static func instructor(_ id: InstructorID?, _ course: CourseAssignment?) -> NewInstructor {
    NewInstructor(
      id: id, firstName: "Grace", lastName: "Hopper", organization: "Navy", learners: 42,
      courses: course.map { [$0] } ?? [])
  }

  /// About 1,500 bytes.
  private static func long(_ id: InstructorID?) -> NewInstructor {
    NewInstructor(
      id: id, firstName: String(repeating: "é", count: 120), lastName: "Long",
      title: String(repeating: "t", count: 500), organization: String(repeating: "o", count: 500),
      learners: 1)
  }

  private static func review(_ id: ReviewID, of course: CourseID) -> NewReview {
    NewReview(
      id: id, courseID: course, reviewerID: 1, stars: Stars(halves: 9), comment: "Clear and short.",
      createdAt: Timestamp(milliseconds: 1_700_000_000_000))
  }
}
