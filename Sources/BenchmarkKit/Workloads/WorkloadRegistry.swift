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

  /// An entry for `type`. The generic initializer is called where the type is known; see
  /// ``PreparedWorkload``.
  init<W: Workload>(_ name: String, _ kind: Kind, _ type: W.Type, summary: String, detail: String) {
    self.name = name
    self.kind = kind
    self.summary = summary
    self.detail = detail
    make = { context in PreparedWorkload(name, W(context)) }
  }

  init(bulkLoad name: String, summary: String, detail: String) {
    self.name = name
    kind = .load
    self.summary = summary
    self.detail = detail
    make = nil
  }
}

/// All workloads, in the order they run and are listed. A new one is one line here.
public enum WorkloadRegistry {
  public static let all: [WorkloadEntry] = [
    WorkloadEntry(
      "instructor-get", .read, InstructorGet.self, summary: "Read one instructor with its courses by id.",
      detail: "Ids by --keys. Changes nothing."),
    WorkloadEntry(
      "course-team", .read, CourseTeamRead.self,
      summary: "Read everybody who teaches a course, each with all their courses.",
      detail: "Courses by --keys. Changes nothing."),
    WorkloadEntry(
      "course-primary", .read, CoursePrimaryRead.self, summary: "Read the primary instructor of a course.",
      detail: "Courses by --keys. Changes nothing."),
    WorkloadEntry(
      "instructor-page", .read, InstructorPage.self,
      summary: "Read a page of 20 instructors in name order, from the middle of a list.",
      detail: "Keyset pages behind an instructor chosen by --keys; half of them of its organization only."),
    WorkloadEntry(
      "instructor-create", .write, InstructorCreate.self, summary: "Create one instructor with two courses.",
      detail: "Explicit ids above the catalog's. What was created is deleted again, untimed."),
    WorkloadEntry(
      "instructor-update", .write, InstructorUpdate.self,
      summary: "Change four fields of an instructor and read it back.",
      detail: "Ids by --keys. The fields get their first values back, untimed."),
    WorkloadEntry(
      "instructor-delete", .write, InstructorDelete.self, summary: "Delete one instructor with two courses.",
      detail: "The instructors to delete are created before, untimed."),
    WorkloadEntry(
      bulkLoad: "bulk-load", summary: "Load a whole catalog into an empty schema, indexes included.",
      detail: "Three loads each into a schema of their own; a range, never a verdict."),
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
