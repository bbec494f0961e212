import Foundation
import Subprocess
import SystemPackage

/// The built `dbbench`, run as a user would.
enum Tool {
  struct Output: Sendable {
    var status: Int32
    var standardOutput: String
    var standardError: String

    /// The one line that says what went wrong.
    var errorLines: [String] {
      standardError.split(separator: "\n").map(String.init).filter { $0.hasPrefix("dbbench: ") }
    }

    /// The temporary folder that the servers were in, from the progress.
    var serverFolder: String? { Tool.serverFolder(in: standardError) }
  }

  static func serverFolder(in progress: String) -> String? {
    progress.split(whereSeparator: \.isWhitespace).map(String.init).first { $0.contains("/dbb-") }
  }

  struct NotBuilt: Error, CustomStringConvertible {
    var path: String
    var description: String { "no executable at \(path): build the whole package" }
  }

  /// Where it runs, so that results go nowhere else.
  static let workingDirectory: String = {
    let path = NSTemporaryDirectory() + "dbbench-tests"
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return URL(fileURLWithPath: path).resolvingSymlinksInPath().path
  }()

  /// For tests that don't look at the timing: with segments of a fifth of a second.
  static let compare = ["compare", "--segment", "0.2"]

  /// Beside the test bundle.
  static func path() throws -> String {
    let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    var folder = own.deletingLastPathComponent()
    for _ in 0..<4 {
      let path = folder.appendingPathComponent("dbbench").path
      if FileManager.default.isExecutableFile(atPath: path) { return path }
      folder.deleteLastPathComponent()
    }
    throw NotBuilt(path: own.deletingLastPathComponent().appendingPathComponent("dbbench").path)
  }

  /// Runs it to its end.
  ///
  /// - Parameters:
  ///   - environment: Added to this process's own.
  ///   - marker: When standard error has this text, `signal` is sent.
  static func run(
    _ arguments: [String], environment: [String: String] = [:], at marker: String? = nil, signal: Int32 = 0
  ) async throws -> Output {
    try await run(arguments, environment: environment, at: marker) { pid, _ in kill(pid, signal) }
  }

  /// Runs it to its end.
  ///
  /// - Parameter perform: Called once, when standard error has the text of `marker`, with the process's number and what it
  ///   has written to standard error so far.
  static func run(
    _ arguments: [String], environment: [String: String] = [:], at marker: String?,
    perform: (pid_t, String) async throws -> Void
  ) async throws -> Output {
    let environment = Environment.inherit.updating(
      Dictionary(uniqueKeysWithValues: environment.map { (Environment.Key(stringLiteral: $0), $1) }))
    let result = try await Subprocess.run(
      .path(FilePath(try path())), arguments: Arguments(arguments), environment: environment,
      workingDirectory: FilePath(workingDirectory), input: .none, output: .string(limit: 1 << 20),
      error: .sequence
    ) { execution in
      var lines = ""
      var isDone = false
      for try await line in execution.standardError.strings() {
        lines += line + "\n"
        guard let marker, !isDone, line.contains(marker) else { continue }
        isDone = true
        try await perform(execution.processIdentifier.value, lines)
      }
      return lines
    }
    let status =
      switch result.terminationStatus {
      case .exited(let code): code
      case .signaled(let signal): signal
      }
    return Output(status: status, standardOutput: result.standardOutput, standardError: result.closureResult)
  }

  /// The number of a process that ran to its end without this variable in its environment.
  static func pidOfRun(_ arguments: [String], without variable: String) async throws -> Int32 {
    let result = try await Subprocess.run(
      .path(FilePath(try path())), arguments: Arguments(arguments),
      environment: .inherit.updating([Environment.Key(stringLiteral: variable): nil]), input: .none,
      output: .string(limit: 1 << 20), error: .string(limit: 1 << 20)
    )
    return result.processIdentifier.value
  }

  /// Processes whose command line names `text`.
  static func processes(naming text: String) -> [String] {
    let folders = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return folders.filter { Int($0) != nil }.compactMap { pid in
      guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else { return nil }
      let line = String(decoding: data, as: UTF8.self)
      return line.contains(text) ? line : nil
    }
  }
}
