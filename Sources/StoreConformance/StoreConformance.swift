/// The portable contract of a ``StorageBackend`` as one list of runnable cases.
///
/// A backend's author conforms a type to ``ConformanceTarget`` and runs the whole list; no backend names or leaves out a
/// case:
///
/// ```swift
/// let session = ConformanceSession(target: MyTarget(), seed: 1)
/// let summary = await StoreConformance.run(session: session) { print($0) }
/// await session.finish()
/// precondition(summary.failures.isEmpty)
/// ```
/// Cases that race several writers do so by themselves; the cases are run one after the other, so that a failure has
/// one cause.
public enum StoreConformance {
  /// Every case, in the order of the contract. Names are unique and stable: reports of different versions can be
  /// compared by name.
  public static let allCases: [ConformanceCase] = [
    lifecycleCases, identifierCases, textCases, numberCases, createCases, createRetryCases, createManyCases,
    getCases, updateCases, deleteCases, teamCases, assignCases, replacePrimaryCases, primaryRaceCases,
    versionCases, pageCases, filterCases, cursorCases, visibilityCases, injectionCases, errorCases,
    deadlineCases,
    cancellationCases, bulkLoadCases, bulkLoadResumingCases, leaderboardCases, reviewerCases,
    reviewCreateCases,
    reviewCreateRetryCases, reviewChangeCases, reviewPageCases, reviewCursorCases, reviewSearchCases,
    ratingCases, reviewAggregateCases, reviewTextCases, reviewBulkLoadCases,
  ].flatMap { $0 }

  /// Runs cases one after the other and tells `report` about each as it ends.
  ///
  /// A cancelled task stops before the next case: the summary then has fewer results than there are cases.
  @discardableResult
  public static func run(
    cases: [ConformanceCase] = allCases, session: ConformanceSession,
    report: @Sendable (ConformanceResult) -> Void = { _ in }
  ) async -> ConformanceSummary {
    var summary = ConformanceSummary(target: session.target.name, seed: session.seed)
    for conformanceCase in cases {
      if Task.isCancelled { break }
      let result = await session.run(conformanceCase)
      summary.results.append(result)
      report(result)
    }
    return summary
  }
}
