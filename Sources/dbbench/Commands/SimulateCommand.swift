import ArgumentParser
import BenchmarkKit

/// Hidden: for those who doubt the statistics.
struct SimulateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Tries the verdicts on simulated comparisons whose truth is known.",
    discussion: """
      Each simulated family is a comparison of 8 workloads, with the blocks, the coin, the two looks and the rule of a \
      real one. Ends with 3 if a limit is missed: a wrong 'faster' in at most 5% of families, the interval holds the \
      true ratio in 94–97%, a true 10% is found in at least 95%, and at most 5% of the workloads that differ by more than \
      the margin are called equivalent.
      """,
    shouldDisplay: false)

  @Flag(help: "10,000 families of each scenario instead of 1,000.")
  var full = false

  @Option(help: ArgumentHelp("Families of each scenario.", valueName: "n"))
  var families: Int?

  @Option(help: ArgumentHelp("Decides the noise and the order of the blocks.", valueName: "n"))
  var seed: UInt64 = 42

  @OptionGroup(title: "Output") var output: OutputOptions

  func validate() throws {
    if let families { try Check.size(families, "--families", 1...1_000_000) }
  }

  func run() async throws {
    let count = families ?? (full ? SimulationReport.fullFamilies : SimulationReport.quickFamilies)
    if output.dryRun {
      return Output.note("would simulate \(Quantity.count(count)) families of each scenario")
    }
    try JSONOutput.check(output.json)
    let isQuiet = output.quiet
    let report = SimulationReport(families: count, simulation: VerdictSimulation(seed: seed)) { name in
      if !isQuiet { Output.note("  simulating: \(name)") }
    }
    if output.printsTable {
      Output.print(table: report.table)
      Output.print([""] + report.requirements.map { ($0.isMet ? "met     " : "MISSED  ") + $0.text })
    }
    try JSONOutput.write(report, to: output.json)
    let missed = report.requirements.count { !$0.isMet }
    guard missed == 0 else {
      throw BenchmarkFailure(.assertionMissed, "\(missed) of \(report.requirements.count) limits missed.")
    }
  }
}
