import InstructorStore

/// A seeded sequence of calls of every kind, wrong ones included, on a small crowd of instructors and courses
/// where they meet often: ids are taken, primaries contested, versions stale.
///
/// Which call comes next depends on the seed and the index alone. Only cursors are carried over from an
/// earlier answer, and those have to be equal on all backends.
struct ProbeSequence: Sendable {
  static let crowd = 24
  private static let courses = 12
  private static let stream = TraceRandom.stream("equivalence probe")

  let catalog: BenchmarkCatalog
  let seed: UInt64

  /// Everything that the sequence may leave behind.
  static var instructorIDs: [InstructorID] {
    (0..<crowd).map { InstructorID(IdentifierSpace.probeInstructors + Int64($0)) }
  }

  /// Step number `index`: calls the repository and says what was asked and answered.
  func step(_ index: Int, on repository: any InstructorRepository, _ cursors: inout ProbeCursors)
    async -> ReplayedOperation
  {
    var draw = ProbeDraw(self, index)
    // Every kind once, in order, then at random.
    let kinds = ProbeKind.allCases
    let kind = index < kinds.count ? kinds[index] : kinds[draw.random.below(kinds.count)]
    switch kind {
    case .create, .createTaken, .createMany, .createDrawingID, .createRetried:
      return await creating(kind, &draw, on: repository)
    case .get, .getMany, .team, .primary, .catalogTeam: return await reading(kind, &draw, on: repository)
    case .update, .updateVersioned, .delete, .assign, .unassign, .replacePrimary:
      return await changing(kind, &draw, on: repository)
    case .list, .nextPage, .count, .foreignCursor:
      return await listing(kind, &draw, on: repository, &cursors)
    case .invalidArgument: return await refused(&draw, on: repository)
    }
  }

  func draw(_ index: Int) -> TraceRandom { TraceRandom(seed: seed, stream: Self.stream, index: index) }
  func instructor(_ number: Int) -> InstructorID {
    InstructorID(IdentifierSpace.probeInstructors + Int64(number))
  }
  func course(_ number: Int) -> CourseID { CourseID(IdentifierSpace.probeCourses + Int64(number)) }
}

/// The kinds of steps.
enum ProbeKind: CaseIterable {
  case create, createTaken, createMany, createDrawingID, createRetried
  case get, getMany, team, primary, catalogTeam
  case update, updateVersioned, delete, assign, unassign, replacePrimary
  case list, nextPage, count, foreignCursor
  case invalidArgument
}

/// The last cursor a backend handed out, with its filter.
struct ProbeCursors: Sendable {
  var last: (cursor: PageCursor, filter: InstructorFilter)?
}

/// The arguments of one step.
struct ProbeDraw {
  let sequence: ProbeSequence
  var random: TraceRandom

  init(_ sequence: ProbeSequence, _ index: Int) {
    self.sequence = sequence
    random = sequence.draw(index)
  }

  mutating func id() -> InstructorID { sequence.instructor(random.below(ProbeSequence.crowd)) }
  mutating func course() -> CourseID { sequence.course(random.below(12)) }

  mutating func assignment() -> CourseAssignment {
    random.below(2) == 0 ? .primary(course()) : .assistant(course())
  }

  private static let names = [
    "Hopper", "hopper", "Ho", "M\u{FC}ller", "Mu\u{308}ller", "O'Brien", "Zo\u{EB}",
    "\u{1F469}\u{200D}\u{1F52C}",
    "%_\\", "$ne", "\u{5D0}\u{5D1}", "a.b", "{}", "\u{10FFFF}",
  ]

  mutating func name() -> String { Self.names[random.below(Self.names.count)] }
  mutating func optionalName() -> String? { random.below(3) == 0 ? nil : name() }

  mutating func patched() -> FieldPatch<String> {
    switch random.below(3) {
    case 0: .keep
    case 1: .clear
    default: .set(name())
    }
  }

  mutating func new(_ id: InstructorID?) -> NewInstructor {
    var courses: [CourseAssignment] = []
    for _ in 0..<random.below(3) {
      let next = assignment()
      if !courses.contains(where: { $0.courseID == next.courseID }) { courses.append(next) }
    }
    return NewInstructor(
      id: id, firstName: name(), middleInitial: random.below(2) == 0 ? "Q." : nil, lastName: name(),
      academicTitle: optionalName(), title: optionalName(), organization: optionalName(),
      learners: Int64(random.below(1_000_000_000_000)),
      averageRating: random.below(4) == 0 ? nil : AverageRating(tenths: random.below(51)),
      ratingCount: Int64(random.below(1_000)), courses: courses)
  }

  mutating func filter() -> InstructorFilter {
    let catalog = sequence.catalog
    switch random.below(5) {
    case 0: return .all
    case 1: return InstructorFilter(organization: name())
    case 2: return InstructorFilter(lastNamePrefix: String(name().unicodeScalars.prefix(1)))
    case 3:
      return InstructorFilter(
        organization: catalog.instructor(random.below(catalog.instructors)).organization)
    default:
      let lastName = catalog.instructor(random.below(catalog.instructors)).lastName
      return InstructorFilter(lastNamePrefix: String(lastName.unicodeScalars.prefix(3)))
    }
  }
}
