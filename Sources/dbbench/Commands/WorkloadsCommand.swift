import ArgumentParser
import BenchmarkKit

struct WorkloadsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "workloads", abstract: "Lists the workloads and mixes and what each does.",
    discussion: """
      A mix is a small file that blends workloads; --show prints one to copy and change.

      Examples:
        dbbench workloads
        dbbench workloads --show review-storm > my-mix.yaml
        dbbench run --mix my-mix.yaml
      """)

  @Option(help: ArgumentHelp("Print the file of this mix, or what this workload does.", valueName: "name"))
  var show: String?

  func run() throws {
    if let show { return try print(show) }
    let mixes = try MixLibrary.all()
    let width = (WorkloadRegistry.all.map(\.name.count) + mixes.map(\.name.count)).max() ?? 0
    for entry in WorkloadRegistry.all { list(entry, width) }
    Output.print("")
    Output.print("Mixes, for --mix; a mix of your own is a file like those that --show prints:")
    for mix in mixes { list(mix.entry(), width) }
  }

  private func list(_ entry: WorkloadEntry, _ width: Int) {
    let name = entry.name + String(repeating: " ", count: width - entry.name.count)
    let kind = entry.kind.rawValue + String(repeating: " ", count: 5 - entry.kind.rawValue.count)
    Output.print("\(name)  \(kind)  \(entry.summary)")
    Output.print(String(repeating: " ", count: width + 9) + entry.detail)
  }

  private func print(_ name: String) throws {
    if let text = MixLibrary.text(of: name) {
      return Output.print(text.hasSuffix("\n") ? String(text.dropLast()) : text)
    }
    guard let entry = WorkloadRegistry.all.first(where: { $0.name == name }) else {
      throw BenchmarkFailure.unknown(
        "mix", name, known: MixLibrary.names + WorkloadRegistry.all.map(\.name))
    }
    list(entry, entry.name.count)
  }
}
