import InstructorStore

/// What a workload is called and does, and how it is made.
public struct WorkloadEntry: Sendable {
  public enum Kind: String, Sendable {
    case read
    case write
    /// Not a loop of operations: whole loads, timed one by one.
    case load
  }

  public let name: String
  public let kind: Kind
  /// What one operation does, in a sentence.
  public let summary: String
  /// How it is set up and undone, and what its figure means.
  public let detail: String
  let make: (@Sendable (WorkloadContext) -> PreparedWorkload)?

  /// The generic initializer is called where the workload's type is known; see ``PreparedWorkload``.
  init<W: Workload>(
    _ name: String, _ kind: Kind, summary: String, detail: String,
    _ workload: @escaping @Sendable (WorkloadContext) -> W
  ) {
    self.name = name
    self.kind = kind
    self.summary = summary
    self.detail = detail
    make = { context in PreparedWorkload(name, workload(context)) }
  }

  init(bulkLoad name: String, summary: String, detail: String) {
    self.name = name
    kind = .load
    self.summary = summary
    self.detail = detail
    make = nil
  }
}

/// All workloads, in the order they run and are listed. A new one is one entry here.
public enum WorkloadRegistry {
  public static let all: [WorkloadEntry] = instructors + reviews + [bulkLoad]

  /// What is compared unless other workloads are named: reads, writes, pages, a transaction and a grouping.
  public static let defaults = [
    "instructor-get", "course-team", "instructor-page", "instructor-update", "instructor-create",
    "review-create", "review-page-newest", "organization-leaderboard",
  ]

  private static let bulkLoad = WorkloadEntry(
    bulkLoad: "bulk-load", summary: "Load a whole catalog into an empty schema, indexes included.",
    detail: "Three loads each into a schema of their own; a range, never a verdict.")

  private static let instructors = [
    WorkloadEntry(
      "instructor-get", .read, summary: "Read one instructor with its courses by id.",
      detail: "Ids by --keys. Changes nothing.", InstructorGet.init),
    WorkloadEntry(
      "course-team", .read, summary: "Read everybody who teaches a course, each with all their courses.",
      detail: "Courses by --keys. Changes nothing."
    ) { context in CourseRead.team(context) },
    WorkloadEntry(
      "course-primary", .read, summary: "Read the primary instructor of a course.",
      detail: "Courses by --keys. Changes nothing."
    ) { context in
      CourseRead("course-primary", call: "primary", context) { (course, store) async throws(StoreError) in
        try await store.instructors.primary(of: course)
      }
    },
    WorkloadEntry(
      "instructor-page", .read,
      summary: "Read a page of 20 instructors in name order, from the middle of a list.",
      detail: "Keyset pages behind an instructor chosen by --keys; half of them of its organization only.",
      InstructorPage.init),
    WorkloadEntry(
      "organization-leaderboard", .read, summary: "Read the ten organizations with the most learners.",
      detail: "Groups, adds up and sorts all instructors. Changes nothing."
    ) { _ in OrganizationLeaderboard() },
    WorkloadEntry(
      "instructor-create", .write, summary: "Create one instructor with two courses.",
      detail: "Explicit ids above the catalog's. What was created is deleted again, untimed.",
      InstructorCreate.init),
    WorkloadEntry(
      "instructor-update", .write, summary: "Change four fields of an instructor and read it back.",
      detail: "Ids by --keys. The fields get their first values back, untimed."
    ) { InstructorUpdate($0) },
    WorkloadEntry(
      "instructor-read-update", .write,
      summary: "Read an instructor, then change four of its fields: two calls.",
      detail: "YCSB's read-modify-write: last writer wins. Ids and restoring as instructor-update."
    ) { InstructorUpdate($0, readsFirst: true) },
    WorkloadEntry(
      "instructor-delete", .write, summary: "Delete one instructor with two courses.",
      detail: "The instructors to delete are created before, untimed.", InstructorDelete.init),
  ]

  private static let reviews = [
    WorkloadEntry(
      "rating-get", .read, summary: "Read a course's rating.", detail: "Courses by --keys. Changes nothing."
    ) { context in
      CourseRead("rating-get", call: "rating", context) { (course, store) async throws(StoreError) in
        try await store.ratings.get(course)
      }
    },
    WorkloadEntry(
      "course-summary", .read,
      summary: "Read a course's rating and its 20 newest reviews, as one consistent read.",
      detail: "Courses by --keys. Changes nothing."
    ) { context in
      CourseRead("course-summary", call: "summary", context) { (course, store) async throws(StoreError) in
        try await store.reviews.summary(of: course, limit: ReviewPage.itemsPerPage)
      }
    },
    WorkloadEntry(
      "review-page-newest", .read, summary: "Read a page of 20 reviews of a course, newest first.",
      detail:
        "Courses of reviews chosen by --keys. Half first pages, half behind the review; a quarter for its stars only."
    ) { ReviewPage("review-page-newest", .newest, $0) },
    WorkloadEntry(
      "review-page-helpful", .read, summary: "Read a page of 20 reviews of a course, most helpful first.",
      detail: "As review-page-newest."
    ) { ReviewPage("review-page-helpful", .mostHelpful, $0) },
    WorkloadEntry(
      "review-search", .read, summary: "Read the 20 newest reviews of a course that contain a text.",
      detail: "Courses of reviews chosen by --keys; texts from frequent to absent.", ReviewSearch.init),
    WorkloadEntry(
      "review-create", .write, summary: "Create one review; rating and reviewer's count change with it.",
      detail:
        "Courses by --keys, explicit ids above the catalog's. What was created is deleted again, untimed.",
      ReviewCreate.init),
    WorkloadEntry(
      "review-update", .write, summary: "Change stars and comment of a review; the rating moves along.",
      detail: "Reviews by --keys. Both fields get their first values back, untimed.", ReviewUpdate.init),
    WorkloadEntry(
      "review-delete", .write, summary: "Delete one review; rating and reviewer's count change with it.",
      detail: "The reviews to delete are created before, untimed.", ReviewDelete.init),
  ]

  /// The entries that `names` selects, in registry order; `all` selects every one.
  ///
  /// - Throws: ``BenchmarkFailure`` with status ``ExitStatus/usage`` that names the nearest workload and the
  ///   list.
  public static func select(_ names: [String]) throws(BenchmarkFailure) -> [WorkloadEntry] {
    for name in names where name != "all" && !all.contains(where: { $0.name == name }) {
      let known = all.map(\.name)
      let hint = NearestName.of(name, among: known).map { ", did you mean '\($0)'?" } ?? "."
      throw BenchmarkFailure(
        .usage, "unknown workload '\(name)'\(hint) There are: \(known.joined(separator: ", ")), all.")
    }
    guard !names.isEmpty else { throw BenchmarkFailure(.usage, "no workload named; 'all' takes every one.") }
    return names.contains("all") ? all : all.filter { names.contains($0.name) }
  }
}
