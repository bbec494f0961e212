import BenchmarkKit
import Subprocess

#if canImport(System)
  import System
#else
  import SystemPackage
#endif

/// Runs the C loops, and PostgreSQL's programs, in processes of their own.
struct ChildProgram: Sendable {
  /// The first argument that makes this program one of the C loops.
  static let loopArgument = "reference-loop"

  /// Where the loops find the server; everybody can read a process's arguments.
  private static let urlVariable = "DBBENCH_REFERENCE_URL"
  private static let outputLimit = 1 << 20

  let url: String

  /// Runs one and returns what it printed.
  ///
  /// - Throws: ``BenchmarkFailure`` with its last line of standard error where it failed.
  func run(_ arguments: [String], input: String = "", doing what: String) async throws -> String {
    let environment = Environment.inherit.updating([Environment.Key(stringLiteral: Self.urlVariable): url])
    let result = try await Subprocess.run(
      .path(FilePath(CountedProgram.ownPath)), arguments: Arguments([Self.loopArgument] + arguments),
      environment: environment, input: .string(input), output: .string(limit: Self.outputLimit),
      error: .string(limit: Self.outputLimit))
    try Task.checkCancellation()
    guard result.terminationStatus.isSuccess else {
      let lines = result.standardError.split(whereSeparator: \.isNewline)
      let reason =
        lines.first { $0.contains("ERROR") || $0.contains("error:") } ?? lines.last ?? "it gave no reason"
      throw BenchmarkFailure(.unavailable, "\(what) failed: \(reason)", advice: "Is the server running?")
    }
    return result.standardOutput
  }

  /// Operations and nanoseconds of a C loop, from its last line.
  func loop(_ arguments: [String], doing what: String) async throws -> (operations: Double, seconds: Double) {
    let output = try await run(arguments, doing: what)
    let figures = (output.split(whereSeparator: \.isNewline).last ?? "").split(separator: " ").compactMap {
      Double($0)
    }
    guard figures.count >= 2, figures[1] > 0 else {
      throw BenchmarkFailure(.internalError, "\(what) printed no figures. This is a defect; please report it")
    }
    return (figures[0], figures[1] / 1e9)
  }
}
