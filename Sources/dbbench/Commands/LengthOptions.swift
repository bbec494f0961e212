import ArgumentParser
import BenchmarkKit

/// How long `compare` measures.
struct LengthOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Blocks of each workload at the first look, four segments each; the second look has twice as many. Default: 12, or 2 "
        + "with --provisional.", valueName: "n"))
  var blocks: Int?

  @Flag(help: "Take the second look too, for the workloads that the first leaves open. With --resume: now.")
  var more = false

  @Flag(help: "Medians and ranges only: any number of blocks, no verdicts.")
  var provisional = false

  @Flag(
    help: ArgumentHelp(
      "Compare each arm with itself first, 6 blocks of each workload, unless that is known for these servers, settings and "
        + "data."))
  var calibrate = false

  @Flag(
    help: ArgumentHelp(
      "Restart the server, and drop the system's page cache where that is permitted, before every segment. Throwaway "
        + "servers only."))
  var cold = false

  @Flag(
    help: ArgumentHelp(
      "At the end keep each arm in turn at work for ten minutes of each workload, and watch what its server does afterwards. "
        + "Default workload: \(LengthOptions.soakedByDefault)."))
  var soak = false

  @Option(
    help: ArgumentHelp(
      "Begin no new round after this many minutes of measuring. With --soak: how long each soak is.",
      valueName: "n"))
  var minutes: Double?

  /// Hidden, for tests of everything around the timing: what short segments show is mostly noise.
  @Option(help: ArgumentHelp("Seconds of a segment, on average.", visibility: .hidden))
  var segment = RecordedPlan.defaultSegmentSeconds

  static let provisionalBlocks = 2
  /// Writes are what leaves something to be done later; with all workloads a soak takes hours.
  static let soakedByDefault = "instructor-update"

  /// Of each soak.
  var soakSeconds: Double? { soak ? minutes.map { $0 * 60 } ?? SoakPlan.leastByDefault.seconds : nil }
  var timeLimitSeconds: Double? { soak ? nil : minutes.map { $0 * 60 } }

  func validate() throws {
    if let blocks { try Check.size(blocks, "--blocks", 1...1_000) }
    if let minutes, !(minutes > 0 && minutes <= 1_440) {
      throw ValidationError("--minutes must be more than 0 and at most 1440, not \(minutes).")
    }
    guard (0.05...60).contains(segment) else {
      throw ValidationError("--segment must be from 0.05 to 60 seconds, not \(segment).")
    }
    if soak, cold {
      throw ValidationError("--cold restarts servers before every segment, and --soak is one long one.")
    }
    if provisional, more { throw ValidationError("--provisional takes no look, and --more asks for two.") }
  }
}

/// What `compare` accepts, and what it makes of its verdicts.
struct JudgementOptions: ParsableArguments {
  @Flag(
    help: """
      Let blocks count during which something else was running. With --resume also those that made the run void.
      """)
  var acceptBusy = false

  @Flag(help: "End with 2 if a workload is neither decided nor equivalent.")
  var requireVerdict = false

  @OptionGroup var conditions: AssertOptions

  /// What the figures come to, as the program's end: first whether they count at all, then what was asked of them.
  func failure(_ summary: ComparisonSummary) throws -> BenchmarkFailure? {
    if let failure = BenchmarkFailure.void(summary) { return failure }
    if let failure = try conditions.failure({ $0.failure(in: summary) }) { return failure }
    if requireVerdict, !summary.isConclusive {
      let open = summary.workloads.filter { $0.verdict.kind != .faster && $0.verdict.kind != .equivalent }
        .map(\.workload)
      return BenchmarkFailure(
        .inconclusive, "no verdict for \(open.isEmpty ? "every workload" : open.joined(separator: ", "))",
        advice: "Measure more blocks: --resume with --more, or a new run with --blocks.")
    }
    return nil
  }
}

/// Where the results of `compare` go.
struct ResultsOptions: ParsableArguments {
  @Option(
    name: .customLong("output"),
    help: ArgumentHelp(
      "The folder for results and reports, which must not hold any. Default: a new one in dbbench-results.",
      valueName: "dir"))
  var chosen: String?

  @Option(
    help: ArgumentHelp(
      "Go on with the run in this folder: its data, workloads and arms, only --postgres and --mongo are needed again.",
      valueName: "dir"))
  var resume: String?

  @Flag(help: "Go on even if the machine, the servers or their settings are not what they were.")
  var force = false

  func validate() throws {
    if chosen != nil, resume != nil {
      throw ValidationError("--resume writes to its own folder; leave --output out.")
    }
    if force, resume == nil { throw ValidationError("--force goes with --resume.") }
  }

  var folder: String { chosen ?? "dbbench-results/\(TimeText.folderName)" }
}
