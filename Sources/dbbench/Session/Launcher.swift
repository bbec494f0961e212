import ArgumentParser
import BenchmarkKit
import EphemeralServers

/// Parses the arguments, runs the command under signal handling, and turns every outcome into an exit status
/// and one line on standard error.
enum Launcher {
  static func run(_ arguments: [String]) async -> Int32 {
    let signals = Signals()
    defer { signals.stop() }
    // Parsing happens in the task that runs: a command is not Sendable.
    let work = Task { () -> Int32 in
      do {
        var command = try Dbbench.parseAsRoot(withNegativeNumbersAsValues(arguments))
        if var command = command as? any AsyncParsableCommand {
          try await command.run()
        } else {
          try command.run()
        }
        return signals.received?.exitStatus.rawValue ?? ExitStatus.success.rawValue
      } catch {
        return report(error, signal: signals.received)
      }
    }
    signals.onFirst { work.cancel() }
    return await work.value
  }

  /// `--size -5` as `--size=-5`: the parser takes `-5` for an option and would call the value missing. No option of ours
  /// begins with a digit.
  static func withNegativeNumbersAsValues(_ arguments: [String]) -> [String] {
    var joined: [String] = []
    for argument in arguments {
      let bytes = argument.utf8
      let isNegativeNumber =
        bytes.first == UInt8(ascii: "-")
        && bytes.dropFirst().first.map { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } == true
      if isNegativeNumber, let option = joined.last, option.hasPrefix("--"), option != "--",
        !option.contains("=")
      {
        joined[joined.count - 1] = "\(option)=\(argument)"
      } else {
        joined.append(argument)
      }
    }
    return joined
  }

  private static func report(_ error: any Error, signal: Signals.Received?) -> Int32 {
    if let signal {
      Output.error("\(signal.name): stopped, and everything put away.")
      return signal.exitStatus.rawValue
    }
    switch error {
    case let failure as BenchmarkFailure:
      Output.error(failure.description)
      return failure.status.rawValue
    case let servers as EphemeralServersError:
      Output.error(servers.description)
      if !servers.detail.isEmpty { Output.note(servers.detail) }
      return servers.exitStatus.rawValue
    case is CancellationError:
      Output.error("cancelled.")
      return ExitStatus.interrupted.rawValue
    default:
      return report(parsing: error)
    }
  }

  /// What the argument parser throws: requests for help, and wrong usage.
  private static func report(parsing error: any Error) -> Int32 {
    switch Dbbench.exitCode(for: error) {
    case .success:
      Output.print(Dbbench.fullMessage(for: error))
      return ExitStatus.success.rawValue
    case .validationFailure:
      let message = Dbbench.message(for: error).split(whereSeparator: \.isNewline).joined(separator: " ")
      let sentence = message + (message.last.map { ".?!".contains($0) } == true ? "" : ".")
      Output.error(sentence + (message.contains("--help") ? "" : " See 'dbbench --help'."))
      return ExitStatus.usage.rawValue
    default:
      Output.error("\(error). This is a defect; please report it.")
      return ExitStatus.internalError.rawValue
    }
  }
}

extension EphemeralServersError {
  var exitStatus: ExitStatus {
    switch code {
    case .invalidOptions: .usage
    case .cancelled: .interrupted
    default: .unavailable
    }
  }
}
