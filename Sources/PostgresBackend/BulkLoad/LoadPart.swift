import InstructorStore

/// The sources of a load.
enum LoadSource: Int, CaseIterable {
  case instructors
  case reviewers
  case reviews
  case ratings

  /// Of what its ids are.
  var kind: EntityKind? {
    switch self {
    case .instructors: .instructor
    case .reviewers: .reviewer
    case .reviews: .review
    case .ratings: nil
    }
  }

  /// Of a load's progress.
  var phase: BulkLoadProgress.Phase { BulkLoadProgress.Phase.ofRecords[rawValue] }
}

/// The records of one source, as rows of a table or two.
struct LoadPart: Sendable {
  /// What some of the records come to.
  struct Totals {
    var records = 0
    var assignments = 0
    var largestID: Int64 = 0
  }

  let source: LoadSource
  let count: Int
  /// The COPY command of each table.
  let commands: [String]
  /// Fills a buffer for each command.
  let encode: @Sendable (Range<Int>, CallContext, [CopyBuffer]) throws(StoreError) -> Totals

  /// - Parameter append: Checks a record, adds its rows and returns its id; `nil` where it has none.
  private init<Record>(
    _ source: LoadSource, _ records: BulkSource<Record>, commands: [String],
    append: @escaping @Sendable (Record, Validation, [CopyBuffer], inout Totals) throws(StoreError) -> Int64?
  ) {
    self.source = source
    self.commands = commands
    count = records.count
    encode = { (range, context, buffers) throws(StoreError) in
      let validation = Validation(context)
      var totals = Totals()
      for buffer in buffers { buffer.begin() }
      for (index, record) in zip(range, records.records(range)) {
        do throws(StoreError) {
          guard let id = try append(record, validation, buffers, &totals) else {
            throw context.invalid("a record has no id")
          }
          totals.largestID = max(totals.largestID, id)
        } catch {
          throw error.at(index: index)
        }
        totals.records += 1
      }
      guard totals.records == range.count else {
        throw context.invalid(
          "the source gave \(totals.records) records where \(range.count) were asked for")
      }
      for buffer in buffers { buffer.end() }
      return totals
    }
  }

  /// In the order of `LoadSource`.
  static func parts(of load: BulkLoad, _ model: PostgresDataModel) -> [LoadPart] {
    [
      instructors(load.instructors, model),
      LoadPart(.reviewers, load.reviewers, commands: [CopyBuffer.reviewersCommand]) {
        (record, validation, buffers, _) throws(StoreError) in
        try validation.loaded(record)
        buffers[0].append(record)
        return record.id.rawValue
      },
      LoadPart(.reviews, load.reviews, commands: [CopyBuffer.reviewsCommand]) {
        (record, validation, buffers, _) throws(StoreError) in
        try validation.loaded(record)
        buffers[0].append(record)
        return record.id.rawValue
      },
      LoadPart(.ratings, load.ratings, commands: [CopyBuffer.ratingsCommand]) {
        (record, validation, buffers, _) throws(StoreError) in
        try validation.loaded(record)
        buffers[0].append(record)
        return 0
      },
    ]
  }

  private static func instructors(
    _ source: BulkSource<NewInstructor>, _ model: PostgresDataModel
  ) -> LoadPart {
    let commands =
      switch model {
      case .relational: [CopyBuffer.instructorsCommand, CopyBuffer.coursesCommand]
      case .document: [CopyBuffer.documentsCommand]
      }
    return LoadPart(.instructors, source, commands: commands) {
      (record, validation, buffers, totals) throws(StoreError) in
      guard let id = record.id else { return nil }
      try validation.instructor(record)
      switch model {
      case .relational:
        buffers[0].appendInstructor(record, id)
        buffers[1].appendCourses(record, id)
      case .document:
        buffers[0].appendDocument(record, id)
      }
      totals.assignments += record.courses.count
      return id.rawValue
    }
  }
}
