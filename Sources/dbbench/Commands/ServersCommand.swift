import ArgumentParser
import BenchmarkKit
import EphemeralServers

struct ServersCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "servers",
    abstract: "Starts throwaway servers, prints their URLs, runs until Ctrl-C.",
    discussion: """
      The servers live in a temporary folder and are stopped and removed with this program, however it ends.

      Examples:
        dbbench servers
        dbbench servers --backend postgres
      """)

  @Option(help: ArgumentHelp("postgres or mongo. Default: both.", valueName: "name"))
  var backend: String?

  func run() async throws {
    let kinds = try Lists.split(backend ?? "postgres,mongo").map { name in
      guard let kind = try Targets.named(name).server else {
        throw BenchmarkFailure(.usage, "the backend '\(name)' needs no server; try postgres or mongo.")
      }
      return kind
    }
    guard !kinds.isEmpty else {
      throw BenchmarkFailure(.usage, "--backend names no server; try postgres or mongo.")
    }
    let servers = try await EphemeralServers.start(
      EphemeralServerOptions(postgres: kinds.contains(.postgres), mongo: kinds.contains(.mongo)))
    for kind in kinds {
      guard let server = servers[kind] else { continue }
      Output.print(["\(kind) \(server.version)", "  \(server.url)", "  \(server.tcpURL)"])
    }
    Output.note("running in \(servers.directory); Ctrl-C stops and removes them")
    while !Task.isCancelled { try? await Task.sleep(for: .seconds(3_600)) }
    await servers.stop()
  }
}
