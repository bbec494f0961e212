import BenchmarkKit
import FoundationEssentials
import Subprocess

#if canImport(System)
  import System
#else
  import SystemPackage
#endif

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// This program under the library that counts allocations.
enum CountedProgram {
  private static let variable = "LD_PRELOAD"
  private static let libraryName = "libCAllocationCounter.so"

  #if os(Linux)
    static let ownPath = "/proc/self/exe"

    /// The library, which a build of the whole package puts beside the program; `nil` where it isn't.
    private static var library: String? {
      guard let program = try? FileManager.default.destinationOfSymbolicLink(atPath: ownPath) else {
        return nil
      }
      let path = URL(filePath: program).deletingLastPathComponent().path + "/" + libraryName
      return FileManager.default.isReadableFile(atPath: path) ? path : nil
    }
  #else
    static let ownPath = CommandLine.arguments[0]
    private static let library: String? = nil
  #endif

  /// Starts this program anew under the library, in the same process; comes back where that can't be, or has been done.
  ///
  /// Before anything else: other threads and what signals do would not survive it.
  static func enter() {
    if AllocationCounter.current != nil {
      // What this program starts need not count.
      unsetenv(variable)
      return
    }
    guard let library, getenv(variable) == nil else { return }
    setenv(variable, library, 1)
    execv(ownPath, CommandLine.unsafeArgv)
    unsetenv(variable)
  }

  /// Why nothing can be counted.
  static var problem: BenchmarkFailure {
    BenchmarkFailure(
      .unavailable,
      "allocations are not counted here: that takes Linux with glibc and \(libraryName) beside dbbench",
      advice: "Build the whole package, with swift build and no --product.")
  }

  /// Runs `dbbench allocations` on the null backend in a process of its own.
  ///
  /// - Throws: ``BenchmarkFailure`` with ``ExitStatus/unavailable`` where nothing can be counted.
  static func countNullBackend() async throws -> [AllocationCount] {
    guard library != nil else { throw problem }
    let result = try await Subprocess.run(
      .path(FilePath(ownPath)),
      arguments: [
        AllocationsCommand.name, "--backend", AllocationsCommand.nullBackend, "--calls", "20000", "--json",
        "-",
        "--quiet",
      ],
      input: .none, output: .string(limit: 1 << 16), error: .string(limit: 1 << 16))
    try Task.checkCancellation()
    guard result.terminationStatus.isSuccess else {
      let line = result.standardError.split(whereSeparator: \.isNewline).last ?? "it gave no reason"
      throw BenchmarkFailure(.internalError, "counting allocations failed: \(line)")
    }
    return try result.standardOutput.split(whereSeparator: \.isNewline).map {
      try JSONDecoder().decode(AllocationCount.self, from: Data($0.utf8))
    }
  }
}
