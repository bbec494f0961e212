import InstructorStore

/// What one store said to one call: ASCII, with ids as the operations name them.
struct DifferentialAnswer: Sendable {
  var text: String
  var error: StoreError?
}

/// Runs sequences on one store and writes down what it answers, with ids as the operations name them.
///
/// The store must be empty and nobody else's, except for other players: every play has ids of its own, and ends by deleting
/// what it made (ratings of its courses stay; no other play looks at them).
actor DifferentialPlayer {
  let store: any StorageBackend
  /// Whether nothing of other plays is in the store, so that what all instructors are part of can be compared.
  private let isAlone: Bool
  /// Added to the small numbers of the operations.
  private var firstID: Int64 = 0
  private var drawn: [EntityKind: [Int64: Int64]] = [:]
  private var namesOfDrawn: [EntityKind: [Int64: Int64]] = [:]
  private var reviewers: Set<ReviewerID> = []
  private var cursors: [Int: PageCursor] = [:]

  static let idsPerPlay: Int64 = 100_000
  private static let courses: ClosedRange<Int64> = 1...3

  init(_ store: any StorageBackend, isAlone: Bool = true) {
    self.store = store
    self.isAlone = isAlone
  }

  /// The answers to the operations in their order, and then the state they leave.
  func play(_ sequence: DifferentialSequence, firstID: Int64) async throws -> [DifferentialAnswer] {
    self.firstID = firstID
    (drawn, namesOfDrawn, reviewers, cursors) = ([:], [:], [], [:])
    var answers: [DifferentialAnswer] = []
    for operation in sequence.operations {
      do throws(StoreError) {
        answers.append(DifferentialAnswer(text: try await answer(to: operation)))
      } catch {
        answers.append(DifferentialAnswer(text: text(of: error), error: error))
      }
    }
    answers.append(DifferentialAnswer(text: try await state()))
    try await reset()
    return answers
  }

  /// Everything a reader can see of what the sequence left.
  private func state() async throws -> String {
    var lines = try await ownInstructors().map { text(of: $0) }
    if isAlone {
      for standing in try await store.instructors.organizationLeaderboard(limit: 1_000) {
        lines.append(text(of: standing))
      }
    }
    for course in Self.courses.map({ CourseID(firstID + $0) }) {
      let team = try await store.instructors.team(of: course)
      lines.append(text(of: team))
      let summary = try await store.reviews.summary(of: course, limit: 1_000)
      lines.append(text(of: summary.rating))
      lines += summary.reviews.items.map { text(of: $0) }
      let helpful = try await store.reviews.page(of: course, order: .mostHelpful, limit: 1_000)
      lines.append(helpful.items.map { name($0.id.rawValue, .review) }.joined(separator: " "))
    }
    for id in reviewers.sorted(by: { name($0.rawValue, .reviewer) < name($1.rawValue, .reviewer) }) {
      do throws(StoreError) {
        lines.append(text(of: try await store.reviewers.get(id)))
      } catch {
        lines.append(text(of: error))
      }
    }
    return lines.joined(separator: "\n")
  }

  private func reset() async throws {
    for instructor in try await ownInstructors() { try await store.instructors.delete(instructor.id) }
    for id in reviewers {
      do throws(StoreError) {
        try await store.reviewers.delete(id)
      } catch {
        guard error.code == .notFound else { throw error }
      }
    }
  }

  /// In the order of a list of all.
  private func ownInstructors() async throws -> [Instructor] {
    var own: [Instructor] = []
    var next: PageCursor?
    repeat {
      let page = try await store.instructors.list(.all, after: next, limit: 1_000)
      own += page.items.filter { isAlone || isOwn($0.id.rawValue, .instructor) }
      next = page.next
    } while next != nil
    return own
  }

  private func isOwn(_ id: Int64, _ kind: EntityKind) -> Bool {
    (1..<Self.idsPerPlay).contains(id - firstID) || namesOfDrawn[kind]?[id] != nil
  }

  // MARK: Names of ids

  /// The id that a small number of an operation stands for.
  func resolve(_ number: Int64, _ kind: EntityKind?) -> Int64 {
    if let kind, let id = drawn[kind]?[number] { return id }
    return (1..<Self.idsPerPlay).contains(number) ? firstID + number : number
  }

  func name(_ id: Int64, _ kind: EntityKind?) -> String {
    if let kind, let name = namesOfDrawn[kind]?[id] { return "\(name)" }
    return (1..<Self.idsPerPlay).contains(id - firstID) ? "\(id - firstID)" : "\(id)"
  }

  private func note(_ id: Int64, _ kind: EntityKind, as name: Int64) {
    drawn[kind, default: [:]][name] = id
    namesOfDrawn[kind, default: [:]][id] = name
  }

  func note(_ instructor: Instructor, from operation: DifferentialOperation, index: Int = 0) {
    guard operation.id == nil else { return }
    note(
      instructor.id.rawValue, .instructor,
      as: DifferentialOperation.drawnID(step: operation.step, index: index))
  }

  func note(_ reviewer: Reviewer, from operation: DifferentialOperation) {
    reviewers.insert(reviewer.id)
    guard operation.id == nil else { return }
    note(reviewer.id.rawValue, .reviewer, as: DifferentialOperation.drawnID(step: operation.step))
  }

  func note(_ review: Review, from operation: DifferentialOperation) {
    guard operation.id == nil else { return }
    note(review.id.rawValue, .review, as: DifferentialOperation.drawnID(step: operation.step))
  }

  // MARK: Cursors

  func note(_ cursor: PageCursor?, from operation: DifferentialOperation) {
    cursors[operation.step] = cursor
  }

  func cursor(for operation: DifferentialOperation) -> PageCursor? {
    operation.cursorOf.flatMap { cursors[$0] } ?? operation.token.map { PageCursor(token: $0) }
  }
}
