import ArgumentParser
import BenchmarkKit

struct WorkloadsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "workloads", abstract: "Lists the workloads and what each does.")

  func run() throws {
    let width = WorkloadRegistry.all.map(\.name.count).max() ?? 0
    for entry in WorkloadRegistry.all {
      let name = entry.name + String(repeating: " ", count: width - entry.name.count)
      let kind = entry.kind.rawValue + String(repeating: " ", count: 5 - entry.kind.rawValue.count)
      Output.print("\(name)  \(kind)  \(entry.summary)")
      Output.print(String(repeating: " ", count: width + 9) + entry.detail)
    }
  }
}
