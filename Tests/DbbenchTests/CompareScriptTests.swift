import Foundation
import Subprocess
import SystemPackage
import Testing

/// `scripts/compare` with a setup, a compiler and a program that only say that they were called.
@Suite struct CompareScriptTests {
  private struct Stage {
    let folder = NSTemporaryDirectory() + "compare-script-\(UUID().uuidString)"

    /// - Parameter check: What `scripts/setup --check` does.
    init(check: String) throws {
      let files = FileManager.default
      for name in ["scripts", "bin"] {
        try files.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
      }
      let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
      try files.copyItem(atPath: root.path + "/scripts/compare", toPath: "\(folder)/scripts/compare")
      try program("scripts/setup", "if [ \"$1\" = --check ]; then \(check); fi; echo INSTALLS")
      try program("program", "echo RUNS \"$@\" >&2")
      try program(
        "bin/swift",
        "echo BUILDS >&2; mkdir -p '\(folder)/.build/release'; cp '\(folder)/program' '\(folder)/.build/release/dbbench'"
      )
    }

    private func program(_ name: String, _ text: String) throws {
      let path = "\(folder)/\(name)"
      try "#!/bin/sh\n\(text)\n".write(toFile: path, atomically: true, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }

    func run(_ arguments: [String]) async throws -> (status: TerminationStatus, lines: [String]) {
      let path = "\(folder)/bin:\(ProcessInfo.processInfo.environment["PATH"] ?? "")"
      let result = try await Subprocess.run(
        .path(FilePath("\(folder)/scripts/compare")), arguments: Arguments(arguments),
        environment: .inherit.updating(["PATH": path]), output: .discarded, error: .string(limit: 1 << 16))
      return (result.terminationStatus, result.standardError.split(separator: "\n").map(String.init))
    }

    func remove() { try? FileManager.default.removeItem(atPath: folder) }
  }

  @Test func everyStepIsToldBeforeTheFirstIsDone() async throws {
    let stage = try Stage(
      check: "echo 'setup: missing: g++, libpq-dev; run scripts/setup to install'; exit 1")
    defer { stage.remove() }
    let (status, lines) = try await stage.run(["--workload", "course-team"])
    #expect(status == .exited(0), "\(lines)")
    let plan = lines.prefix { $0 != "INSTALLS" }
    for text in [
      "1/3 setup    installs g++, libpq-dev (up to 400 MB",
      "2/3 build    optimised, in \(stage.folder)/.build (about 1 GB",
      "3/3 measure  dbbench compare --workload course-team", "about 10 minutes and 2.5 GB",
    ] { #expect(plan.contains { $0.contains(text) }, "\(text): \(lines)") }
    #expect(!plan.contains("BUILDS"), "\(lines)")
    #expect(lines.last == "RUNS compare --workload course-team", "\(lines)")
  }

  @Test func whatIsThereIsNotInstalled() async throws {
    let stage = try Stage(check: "exit 0")
    defer { stage.remove() }
    let (status, lines) = try await stage.run([])
    #expect(status == .exited(0), "\(lines)")
    #expect(lines.first?.contains("everything is there") == true && !lines.contains("INSTALLS"), "\(lines)")
  }

  @Test func whatCannotBeInstalledEndsIt() async throws {
    let stage = try Stage(check: "echo 'setup: no swift on PATH'; exit 69")
    defer { stage.remove() }
    let (status, lines) = try await stage.run([])
    #expect(status == .exited(69) && lines == ["setup: no swift on PATH"], "\(lines)")
  }
}
