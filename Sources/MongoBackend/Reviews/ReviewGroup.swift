import DriverKit
import InstructorStore

/// The writes that share a transaction, of one course or of several, on a driver thread.
///
/// One write alone takes as few commands as it can, trusting what its call has seen; where that turns out to be old, or
/// something is wrong with it, the transaction is undone and the full look is taken: everything is read in one snapshot,
/// worked out in memory, and written, the ratings first. For a group that look costs the same few commands as for one.
///
/// Everybody's deadline is kept by ``CourseQueue``. Here the last of them counts, and the commands go on when a caller has
/// gone: the others wait for them.
struct ReviewGroup {
  let writes: [ReviewWrite]
  let core: MongoCore
  let connection: MongoConnection
  private let call: MongoCall

  init(writes: [ReviewWrite], core: MongoCore, connection: MongoConnection, context: CallContext) {
    self.writes = writes
    self.core = core
    self.connection = connection
    // Nobody's: not abandoned when one of the callers goes.
    call = MongoCall(context, .write, deadline: writes.map(\.deadline).max() ?? .never)
  }

  /// Finishes every write, and tells the queue when those of a course have ended.
  func run() {
    var left = writes
    defer { if !left.isEmpty { core.reviewQueue.end(left, core) } }
    do throws(StoreError) {
      try core.gate.pass(connection, call)
      try drawIDs(for: writes.filter(\.needsID), redraw: 0)
    } catch {
      return fail(error)
    }
    if writes.count == 1, let write = writes.first {
      if case .recount = write.change { return recount(write) }
      if runAlone(write) { return }
    }
    let courses = writes.reduce(into: [CourseID: [ReviewWrite]]()) { $0[$1.course, default: []].append($1) }
    if runTogether(attempts: courses.count > 1 ? Self.attemptsTogether : MongoConnection.transactionAttempts)
    {
      return
    }
    // Other processes want one of these courses, or one of the reviewers: nobody else is to wait for that.
    let contended = courses.values.map(with).filter { !$0.runTogether(attempts: Self.attemptsTogether) }
    let isContended = Set(contended.flatMap(\.writes).map(\.course))
    core.reviewQueue.end(writes.filter { !isContended.contains($0.course) }, core)
    left = []
    for group in contended {
      _ = group.runTogether(attempts: MongoConnection.transactionAttempts)
      core.reviewQueue.end(group.writes, core)
    }
  }

  /// How often writes of several courses are tried together against other writers.
  private static let attemptsTogether = 3

  private func drawIDs(for writes: [ReviewWrite], redraw: Int) throws(StoreError) {
    let ids = try core.reviewIDs.draw(.review, count: writes.count, redraw: redraw, connection, call)
    for (write, id) in zip(writes, ids) { write.setDrawnID(id) }
  }

  // MARK: Endings

  private func finish(_ write: ReviewWrite, _ outcome: ReviewOutcome) {
    core.reviewQueue.finish(write, .success(outcome))
  }

  private func fail(_ write: ReviewWrite, _ failure: CommandFailure) {
    let error = failure.storeError(write.context, .write, entityID: write.id)
    core.reviewQueue.finish(write, .failure(core.gate.explained(error, connection, call)))
  }

  private func fail(_ error: StoreError) {
    for write in writes {
      var own = error
      own.operation = "\(write.context.operation)"
      own.entityID = write.id
      core.reviewQueue.finish(write, .failure(own))
    }
  }

  // MARK: One write

  /// `false` where it takes a full look to say what is to be done.
  private func runAlone(_ write: ReviewWrite) -> Bool {
    do throws(CommandFailure) {
      let outcome = try connection.inTransaction(call) { (transaction) throws(CommandFailure) in
        let outcome = try attempt(write, transaction)
        return outcome.map { .commit($0) } ?? .rollBack(nil)
      }
      guard let outcome else { return false }
      finish(write, outcome)
    } catch {
      if error.isDuplicateKey { return false }
      fail(write, error)
    }
    return true
  }

  private func attempt(_ write: ReviewWrite, _ transaction: OpenTransaction) throws(CommandFailure)
    -> ReviewOutcome?
  {
    switch write.change {
    case .create(let new, let isRetry):
      guard !isRetry, let id = write.id else { return nil }
      try transaction.changeRating(of: write.course, by: StarCounts([new.stars: 1]))
      guard let author = try transaction.countReview(of: new.reviewerID) else { return nil }
      let review = Review(
        new, id: ReviewID(id), reviewerName: author.name, reviewerPicture: author.picture)
      try transaction.insert([review])
      return .review(review)
    case .update(let patch, let ifVersion, let seen):
      guard seen.courseID == write.course, ifVersion ?? seen.version == seen.version else { return nil }
      var change = StarCounts.zero
      change[seen.stars] -= 1
      change[patch.stars ?? seen.stars] += 1
      try transaction.changeRating(of: write.course, by: change)
      return try transaction.update(seen, patch).map { .review($0) }
    case .delete(let ifVersion, let seen):
      guard seen.courseID == write.course, ifVersion ?? seen.version == seen.version else { return nil }
      try transaction.changeRating(of: write.course, by: StarCounts([seen.stars: -1]))
      guard try transaction.delete(seen) else { return nil }
      try transaction.countReviews(added: [:], removed: [seen.reviewerID: 1])
      return .deleted
    case .recount: return nil
    }
  }

  private func recount(_ write: ReviewWrite) {
    do throws(CommandFailure) {
      let rating = try connection.inTransaction(call) { (transaction) throws(CommandFailure) in
        .commit(try transaction.recount(write.course))
      }
      finish(write, .rating(rating))
    } catch {
      fail(write, error)
    }
  }

  // MARK: A group

  private enum Attempt {
    case done([Result<ReviewOutcome, StoreError>])
    case needsIDs([ReviewWrite])
  }

  /// Returns whether every write has ended; `false` where others kept winning and nothing is applied.
  private func runTogether(attempts: Int) -> Bool {
    var redraw = 0
    while true {
      let failure: CommandFailure
      do throws(CommandFailure) {
        switch try connection.inTransaction(call, attempts: attempts, attemptTogether) {
        case .done(let results):
          for (write, result) in zip(writes, results) { core.reviewQueue.finish(write, result) }
          return true
        case .needsIDs(let others):
          redraw += 1
          do throws(StoreError) {
            guard redraw <= IDAllocator.maximumRedraws else { throw call.context.conflict(.reviewID) }
            try drawIDs(for: others, redraw: redraw)
          } catch {
            fail(error)
            return true
          }
          continue
        }
      } catch {
        failure = error
      }
      if failure.kind == .contended, attempts < MongoConnection.transactionAttempts, !call.deadline.hasPassed
      {
        return false
      }
      // Something the server does not like about one of them, and nothing is applied: each for itself then.
      if writes.count > 1, failure.kind == .server || failure.kind == .corrupt, !failure.isTransient,
        !failure.wasSent
      {
        for write in writes { _ = with([write]).runTogether(attempts: MongoConnection.transactionAttempts) }
      } else {
        for write in writes { fail(write, failure) }
      }
      return true
    }
  }

  private func with(_ writes: [ReviewWrite]) -> ReviewGroup {
    ReviewGroup(writes: writes, core: core, connection: connection, context: call.context)
  }

  private func attemptTogether(_ transaction: OpenTransaction) throws(CommandFailure)
    -> TransactionEnd<Attempt>
  {
    var ledger = ReviewLedger(
      reviews: try transaction.reviews(writes.compactMap(\.id)),
      authors: try transaction.reviewers(
        writes.compactMap { if case .create(let new, _) = $0.change { new.reviewerID } else { nil } }))
    let results = writes.map { ledger.apply($0) }
    if !ledger.needingAnotherID.isEmpty { return .rollBack(.needsIDs(ledger.needingAnotherID)) }
    if ledger.changesNothing { return .rollBack(.done(results)) }
    try transaction.changeRatings(ledger.ratingChanges.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    try transaction.countReviews(added: ledger.added, removed: ledger.removed)
    do throws(CommandFailure) {
      try transaction.insert(ledger.inserted)
    } catch {
      // Somebody took the id after the snapshot: look again.
      var failure = error
      if failure.isDuplicateKey { failure.isTransient = true }
      throw failure
    }
    try transaction.replace(ledger.replaced)
    try transaction.delete(ledger.deleted)
    return .commit(.done(results))
  }
}
