import InstructorStore

/// Makes random sequences over the whole interface: few ids, courses and texts, so that calls meet; wrong arguments now and
/// then; cursors of earlier pages, used where they belong and where they don't.
struct DifferentialGenerator {
  private var random: SeededGenerator
  private var step = 0
  /// The ids that earlier steps have asked for or drawn and none has deleted since, by the call that creates them: most
  /// references are to these.
  private var made: [DifferentialOperation.Call: [Int64]] = [:]
  /// Earlier creates with an id, to be tried again.
  private var creates: [DifferentialOperation] = []
  /// Earlier calls whose answer may hold a cursor.
  private var pages: [DifferentialOperation] = []

  init(seed: UInt64, number: Int) {
    random = SeededGenerator(seed: seed, stream: "differential \(number)")
  }

  /// Writes come more often than reads: the state at the end is compared as well.
  private static let calls: [DifferentialOperation.Call] = {
    let weights: [(DifferentialOperation.Call, Int)] = [
      (.createInstructor, 6), (.createInstructors, 2), (.getInstructor, 1), (.getInstructors, 1),
      (.updateInstructor, 4), (.deleteInstructor, 2), (.team, 2), (.primary, 1), (.assign, 4),
      (.unassign, 3), (.replacePrimary, 4), (.listInstructors, 3), (.countInstructors, 1), (.leaderboard, 1),
      (.createReviewer, 6), (.getReviewer, 1), (.updateReviewer, 3), (.deleteReviewer, 2),
      (.createReview, 14), (.getReview, 1), (.updateReview, 6), (.deleteReview, 3), (.markHelpful, 4),
      (.report, 1), (.page, 5), (.search, 3), (.summary, 2), (.getRating, 1), (.putRating, 7),
      (.deleteRating, 3), (.recompute, 2), (.histogram, 2), (.ping, 1), (.reserve, 1),
    ]
    return weights.flatMap { Array(repeating: $0.0, count: $0.1) }
  }()

  /// So that there is something to work on.
  private static let firstCalls: [DifferentialOperation.Call] = [
    .createReviewer, .createInstructor, .createReviewer, .createReview, .createInstructor, .createReview,
  ]

  mutating func sequence(of count: Int) -> DifferentialSequence {
    DifferentialSequence(operations: (0..<count).map { _ in next() })
  }

  private mutating func next() -> DifferentialOperation {
    let call = step < Self.firstCalls.count ? Self.firstCalls[step] : pick(Self.calls)
    var operation = DifferentialOperation(call, step: step)
    defer { step += 1 }
    if let retried = retriedCreate(call) { return retried }
    if let following = followingPage(operation.call) { return following }
    switch operation.call {
    case .createInstructor:
      operation = newInstructor()
      note(operation)
    case .createInstructors:
      let count = chance(20) ? 0 : Int.random(in: 1...4, using: &random)
      operation.items = (0..<count).map { _ in newInstructor() }
      for (index, item) in (operation.items ?? []).enumerated() { note(item, index: index) }
    case .getInstructor: operation.id = id(.createInstructor)
    case .getInstructors:
      operation.ids = (0..<Int.random(in: 0...5, using: &random)).map { _ in id(.createInstructor) }
    case .updateInstructor: fillInstructorPatch(&operation)
    case .deleteInstructor: fillDelete(&operation, of: .createInstructor)
    case .team, .primary, .getRating, .recompute: operation.course = course()
    case .assign, .unassign:
      operation.id = id(.createInstructor)
      operation.course = course()
      operation.primaries = operation.call == .assign ? [chance(2)] : nil
      operation.ifVersion = version()
    case .replacePrimary:
      operation.id = id(.createInstructor)
      operation.course = course()
    case .listInstructors, .countInstructors:
      operation.otherText = chance(2) ? text(organizations) : nil
      operation.text = chance(3) ? text(names) : nil
      operation.limit = limit()
      if operation.call == .listInstructors { fillCursor(&operation) }
    case .leaderboard: operation.limit = limit()
    case .createReviewer:
      fillNewReviewer(&operation)
      note(operation)
    case .getReviewer: operation.id = id(.createReviewer)
    case .updateReviewer: fillReviewerPatch(&operation)
    case .deleteReviewer: fillDelete(&operation, of: .createReviewer)
    case .deleteReview: fillDelete(&operation, of: .createReview)
    case .createReview:
      fillNewReview(&operation)
      note(operation)
    case .getReview, .markHelpful, .report: operation.id = id(.createReview)
    case .updateReview:
      operation.id = id(.createReview)
      operation.halves = chance(4) ? nil : halves()
      operation.text = chance(2) ? text(comments) : nil
      operation.ifVersion = version()
    case .page:
      operation.course = course()
      operation.helpfulFirst = chance(2)
      operation.halves = chance(4) ? halves() : nil
      operation.limit = limit()
      fillCursor(&operation)
    case .search:
      operation.course = course()
      operation.text = text(needles)
      operation.limit = limit()
      fillCursor(&operation)
    case .summary:
      operation.course = course()
      operation.limit = limit()
      pages.append(operation)
    case .putRating:
      operation.course = course()
      operation.counts = (0..<9).map { _ in chance(3) ? 0 : Int64.random(in: 0...4, using: &random) }
      if chance(12) { operation.counts?[4] = pick([-1, 1_000_000_000_001, 1_000_000_000_000]) }
      operation.ifVersion = ratingVersion()
    case .deleteRating:
      operation.course = course()
      operation.ifVersion = ratingVersion()
    case .histogram:
      operation.courses = (0..<Int.random(in: 0...5, using: &random)).map { _ in course() }
    case .ping: break
    case .reserve: operation.number = pick([1, 1, 3, 100, 0, -1, 1_000_000_001])
    }
    return operation
  }

  // MARK: Arguments

  private var names: [String] { ["A", "B", "a", "Ab", "\u{E9}", "e\u{301}", "%", "_", "$a", "\u{10FFFF}"] }
  private var organizations: [String] { ["A", "a", "A ", "$where", "\u{E9}", "e\u{301}"] }
  private var comments: [String] {
    ["", "abc", "ABC", "a%c", "a_c", "x\\y", "\u{E9}", "e\u{301}", "(.*)", "Kk\u{212A}", "s\u{17F}S"]
  }
  private var needles: [String] {
    ["a", "B", "%", "_", "\\", "\u{E9}", "e", "\u{301}", ".*", "k", "S", "$where", "abcd"]
  }

  private mutating func newInstructor() -> DifferentialOperation {
    var operation = DifferentialOperation(.createInstructor, step: step)
    fillID(&operation)
    operation.text = text(names)
    operation.otherText = chance(2) ? text(organizations) : nil
    operation.number = chance(3) ? number() : nil
    let count = Int.random(in: 0...2, using: &random)
    operation.courses = (0..<count).map { _ in course() }
    operation.primaries = (0..<count).map { _ in chance(2) }
    return operation
  }

  private mutating func fillInstructorPatch(_ operation: inout DifferentialOperation) {
    operation.id = id(.createInstructor)
    operation.text = chance(2) ? text(names) : nil
    operation.otherText = chance(3) ? text(organizations) : nil
    operation.clear = operation.otherText == nil && chance(4) ? true : nil
    operation.number = chance(4) ? number() : nil
    operation.ifVersion = version()
  }

  private mutating func fillNewReviewer(_ operation: inout DifferentialOperation) {
    fillID(&operation)
    operation.text = text(names)
    operation.otherText = chance(2) ? text(names) : nil
    operation.number = chance(3) ? number() : nil
  }

  private mutating func fillReviewerPatch(_ operation: inout DifferentialOperation) {
    operation.id = id(.createReviewer)
    operation.text = chance(2) ? text(names) : nil
    operation.otherText = chance(3) ? text(names) : nil
    operation.clear = operation.otherText == nil && chance(4) ? true : nil
    operation.number = chance(5) ? number() : nil
    operation.ifVersion = version()
  }

  private mutating func fillNewReview(_ operation: inout DifferentialOperation) {
    fillID(&operation)
    operation.course = course()
    operation.reviewer = id(.createReviewer)
    operation.halves = halves()
    operation.text = text(comments)
    operation.milliseconds =
      chance(20) ? pick([.min, -62_135_596_800_001, 253_402_300_800_000]) : pick([0, 1, 1, 2, -1])
  }

  private mutating func fillDelete(
    _ operation: inout DifferentialOperation, of entity: DifferentialOperation.Call
  ) {
    let id = id(entity)
    operation.id = id
    operation.ifVersion = version()
    made[entity]?.removeAll { $0 == id }
  }

  /// An explicit id most of the time; the store draws the others, and later steps may name those.
  private mutating func fillID(_ operation: inout DifferentialOperation) {
    operation.isRetry = chance(10) ? true : nil
    if !chance(4) {
      operation.id = chance(50) ? invalidID() : Int64.random(in: 1...10, using: &random)
    }
  }

  private mutating func note(_ create: DifferentialOperation, index: Int = 0) {
    let drawn = DifferentialOperation.drawnID(step: step, index: index)
    made[create.call, default: []].append(create.id ?? drawn)
    if create.id != nil { creates.append(create) }
  }

  /// Now and then the same create as before, as after an error of unknown outcome.
  private mutating func retriedCreate(_ call: DifferentialOperation.Call) -> DifferentialOperation? {
    let earlier = creates.filter { $0.call == call }
    guard chance(8), var create = earlier.randomElement(using: &random) else { return nil }
    create.step = step
    create.isRetry = true
    return create
  }

  /// Now and then the next page of an earlier one, of the size it happens to get.
  private mutating func followingPage(_ call: DifferentialOperation.Call) -> DifferentialOperation? {
    let earlier = pages.filter { $0.call == call }
    guard chance(2), var page = earlier.randomElement(using: &random) else { return nil }
    page.cursorOf = page.step
    page.step = step
    page.limit = limit()
    pages.append(page)
    return page
  }

  /// The cursor of any earlier page, which mostly is a foreign one, or none at all.
  private mutating func fillCursor(_ operation: inout DifferentialOperation) {
    if chance(5) {
      operation.cursorOf = pages.randomElement(using: &random)?.step
    } else if chance(25) {
      operation.token = pick(["", "A", "AAAAAAAAAAAAAAAA", "\0"])
    }
    pages.append(operation)
  }

  private mutating func id(_ entity: DifferentialOperation.Call) -> Int64 {
    if chance(50) { return invalidID() }
    if !chance(6), let id = made[entity]?.randomElement(using: &random) { return id }
    return Int64.random(in: 1...10, using: &random)
  }

  private mutating func invalidID() -> Int64 { pick([0, -1, 1 << 62, .max, .min]) }

  private mutating func course() -> Int64 {
    chance(60) ? pick([0, -7, 1 << 62]) : Int64.random(in: 1...3, using: &random)
  }

  private mutating func halves() -> Int {
    chance(40) ? pick([0, 1, 11, -3, .max]) : Int.random(in: Limits.starHalves, using: &random)
  }

  private mutating func version() -> Int64? {
    chance(4) ? (chance(12) ? pick([0, -1]) : Int64.random(in: 1...3, using: &random)) : nil
  }

  private mutating func ratingVersion() -> Int64? {
    chance(5) ? (chance(12) ? -1 : Int64.random(in: 0...3, using: &random)) : nil
  }

  private mutating func number() -> Int64 {
    chance(12) ? pick([-1, 1_000_000_000_001]) : pick([0, 1, 5, 1_000_000_000_000])
  }

  private mutating func limit() -> Int {
    chance(20) ? pick([0, -1, 1_001, 1_000_001]) : pick([1, 1, 2, 3, 10, 1_000])
  }

  private mutating func text(_ texts: [String]) -> String {
    chance(60) ? pick(["", "a\0", String(repeating: "x", count: 9_000)]) : pick(texts)
  }

  private mutating func chance(_ oneIn: Int) -> Bool { Int.random(in: 0..<oneIn, using: &random) == 0 }

  private mutating func pick<Value>(_ values: [Value]) -> Value {
    values[Int.random(in: 0..<values.count, using: &random)]
  }
}
