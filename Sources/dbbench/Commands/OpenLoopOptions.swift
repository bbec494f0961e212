public import ArgumentParser
public import BenchmarkKit

/// How calls arrive that are offered at a rate.
struct OfferedOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("With --rate: poisson (as many independent users) or constant.", valueName: "process"))
  var arrivals: ArrivalProcess?

  @Option(
    help: ArgumentHelp(
      "With --rate: the most calls under way; more wait. Default: what arrives in 5 s, 256 to 8192.",
      valueName: "n"))
  var outstanding: Int?

  var isEmpty: Bool { arrivals == nil && outstanding == nil }

  func validate() throws {
    if let outstanding { try Check.size(outstanding, "--outstanding", 1...OfferedLoad.mostOutstanding) }
  }
}

/// A load that is offered whatever the backend makes of it.
struct OpenLoopOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Offer this many calls a second, answered or not, instead of keeping --concurrency calls under way.",
      valueName: "calls/s"))
  var rate: Double?

  @OptionGroup var offered: OfferedOptions

  func validate() throws {
    if let rate, !(rate >= 0.1 && rate <= OfferedLoad.fastest) {
      throw ValidationError("--rate must be from 0.1 to 1,000,000 calls a second, not \(rate).")
    }
    if rate == nil, !offered.isEmpty {
      throw ValidationError("--arrivals and --outstanding need --rate.")
    }
  }

  func load(seconds: Double) -> OfferedLoad? {
    rate.map {
      OfferedLoad(
        ratePerSecond: $0, arrivals: offered.arrivals ?? .poisson, duration: .seconds(seconds),
        outstanding: offered.outstanding)
    }
  }
}

/// The loads that `compare` offers to both arms.
struct ComparedLoadOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "After the blocks offer each workload this many calls a second, answered or not (an open loop); several rates are "
        + "separated by commas.", valueName: "calls/s"), transform: Rates.init)
  var rate: Rates?

  @OptionGroup var offered: OfferedOptions

  @Option(
    help: ArgumentHelp(
      "With --rate: seconds of each of a block's four segments. Default: what p99 takes, 2 to 10.",
      valueName: "seconds"))
  var duration: Double?

  struct Rates {
    let values: [Double]

    static let most = 8

    init(_ argument: String) throws {
      let parts = Lists.split(argument)
      values = parts.compactMap { Double($0) }
      guard values.count == parts.count, (1...Self.most).contains(values.count),
        values.allSatisfy({ $0 >= 0.1 && $0 <= OfferedLoad.fastest }), Set(values).count == values.count
      else {
        throw ValidationError(
          "'\(argument)' is no rate; write 1 to \(Self.most) numbers from 0.1 to 1,000,000, with commas between them."
        )
      }
    }
  }

  func validate() throws {
    if let duration, !(duration >= 0.1 && duration <= 600) {
      throw ValidationError("--duration must be from 0.1 to 600 seconds, not \(duration).")
    }
    if rate == nil, !offered.isEmpty || duration != nil {
      throw ValidationError("--arrivals, --outstanding and --duration need --rate.")
    }
  }

  /// - Parameter blocks: Of each workload at each rate.
  func plan(blocks: Int) -> OpenLoopPlan? {
    rate.map {
      OpenLoopPlan(
        rates: $0.values, arrivals: offered.arrivals ?? .poisson, blocks: blocks, segmentSeconds: duration,
        outstanding: offered.outstanding)
    }
  }
}

extension ArrivalProcess: ExpressibleByArgument {}
