public import ArgumentParser
public import BenchmarkKit

/// A load that is offered whatever the backend makes of it.
struct OpenLoopOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Offer this many calls a second, answered or not, instead of keeping --concurrency calls under way.",
      valueName: "calls/s"))
  var rate: Double?

  @Option(
    help: ArgumentHelp("With --rate: poisson (as many independent users) or constant.", valueName: "process"))
  var arrivals: ArrivalProcess?

  @Option(
    help: ArgumentHelp(
      "With --rate: the most calls under way; more wait. Default: what arrives in 5 s, 256 to 8192.",
      valueName: "n"))
  var outstanding: Int?

  func validate() throws {
    if let rate, !(rate >= 0.1 && rate <= OfferedLoad.fastest) {
      throw ValidationError("--rate must be from 0.1 to 1,000,000 calls a second, not \(rate).")
    }
    if let outstanding { try Check.size(outstanding, "--outstanding", 1...OfferedLoad.mostOutstanding) }
    if rate == nil, arrivals != nil || outstanding != nil {
      throw ValidationError("--arrivals and --outstanding need --rate.")
    }
  }

  func load(seconds: Double) -> OfferedLoad? {
    rate.map {
      OfferedLoad(
        ratePerSecond: $0, arrivals: arrivals ?? .poisson, duration: .seconds(seconds),
        outstanding: outstanding)
    }
  }
}

extension ArrivalProcess: ExpressibleByArgument {}
