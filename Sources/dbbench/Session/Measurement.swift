import BenchmarkKit

/// A command that measures something on servers and prints it: all of it, or as much as there is when it is cut off.
struct Measurement<Result: Encodable & Sendable> {
  let request: SessionRequest
  let output: OutputOptions
  let table: ([Result]) -> [String]
  let footer: ([Result]) -> [String]
  /// What is wrong with the results of a run to the end, if anything.
  var judgement: ([Result]) throws -> BenchmarkFailure? = { _ in nil }

  /// - Parameter body: Hands each result over as soon as it has it.
  func run(
    _ body: (Session, ProgressSink, @escaping (Result) -> Void) async throws -> Void
  ) async throws {
    try JSONOutput.check(output.json)
    let line = ProgressLine()
    let progress = line.sink(isQuiet: output.quiet)
    let results = Collected<Result>()
    var failure: (any Error)?
    do {
      try await Session.with(request, progress) { try await body($0, progress, results.add) }
    } catch {
      failure = error
    }
    line.finish()
    if !results.all.isEmpty {
      if output.printsTable {
        Output.print(table: table(results.all))
        Output.print([""] + footer(results.all))
      }
      try JSONOutput.write(each: results.all, to: output.json)
    }
    if let failure { throw failure }
    if let failure = try judgement(results.all) { throw failure }
  }
}
