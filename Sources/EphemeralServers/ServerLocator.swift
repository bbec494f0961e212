import Subprocess

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
#if canImport(System)
  import System
#else
  import SystemPackage
#endif

/// Finds the servers' programs on this machine.
///
/// An environment variable that names them is final: if it is wrong, that is an error and nothing else is
/// tried, so nobody measures another server than the one asked for.
public enum ServerLocator {
  /// The variable that names the folder with `initdb` and `postgres`.
  public static let postgresVariable = "DBBENCH_POSTGRES_BIN"
  /// The variable that names the file `mongod`.
  public static let mongodVariable = "DBBENCH_MONGOD"

  /// The folder with `initdb` and `postgres`.
  ///
  /// Looked for in `$DBBENCH_POSTGRES_BIN`; where `pg_config --bindir` says; the newest
  /// `/usr/lib/postgresql/*/bin`; `$PATH`; Homebrew's folders.
  ///
  /// - Throws: `binaryMissing`, with one line that says what to do.
  public static func postgresFolder() async throws(EphemeralServersError) -> String {
    try await postgresFolder(environment: ProcessInfo.processInfo.environment)
  }

  static func postgresFolder(environment: [String: String]) async throws(EphemeralServersError) -> String {
    if let named = environment[postgresVariable] {
      guard hasServer(named) else {
        throw EphemeralServersError(
          .binaryMissing, server: .postgres,
          "\(postgresVariable) names \(named), which has no initdb and postgres; correct it or unset it")
      }
      return named
    }
    let path = pathFolders(environment)
    // What it names may be the folder of a client without a server.
    if let pgConfig = path.map({ $0 + "/pg_config" }).first(where: isExecutableFile),
      let folder = await firstLine(of: pgConfig, ["--bindir"]), hasServer(folder)
    {
      return folder
    }
    let brew = ["/opt/homebrew", "/usr/local"].flatMap { prefix in
      newest(in: "\(prefix)/opt", where: { $0.hasPrefix("postgresql") }).map { "\($0)/bin" }
    }
    let debian = newest(in: "/usr/lib/postgresql", where: { _ in true }).map { "\($0)/bin" }
    guard let folder = (debian + path + brew).first(where: hasServer) else {
      throw EphemeralServersError(
        .binaryMissing, server: .postgres,
        "no PostgreSQL server found; run ./scripts/setup, or set \(postgresVariable) to the folder of initdb and postgres"
      )
    }
    return folder
  }

  /// The file `mongod`.
  ///
  /// Looked for in `$DBBENCH_MONGOD`; `$PATH`; `.cache/mongod` of the project, which `scripts/setup` fills
  /// (the nearest folder with a `Package.swift`, upward from the current folder and from this program).
  ///
  /// - Throws: `binaryMissing`, with one line that says what to do.
  public static func mongod() throws(EphemeralServersError) -> String {
    let program = canonicalPath("/proc/self/exe") ?? CommandLine.arguments.first.flatMap(canonicalPath)
    let starts = [FileManager.default.currentDirectoryPath, program].compactMap { $0 }
    return try mongod(environment: ProcessInfo.processInfo.environment, startingAt: starts)
  }

  /// `starts` are the paths from which to look upward for the project.
  static func mongod(
    environment: [String: String], startingAt starts: [String]
  ) throws(EphemeralServersError) -> String {
    if let named = environment[mongodVariable] {
      guard isExecutableFile(named), let path = canonicalPath(named) else {
        throw EphemeralServersError(
          .binaryMissing, server: .mongo,
          "\(mongodVariable) names \(named), which isn't a program; correct it or unset it")
      }
      return path
    }
    let onPath = pathFolders(environment).map { $0 + "/mongod" }
    let cached = starts.compactMap(packageFolder(above:)).flatMap { cachedMongods(in: $0 + "/.cache/mongod") }
    guard let path = (onPath + cached).first(where: isExecutableFile) else {
      throw EphemeralServersError(
        .binaryMissing, server: .mongo,
        "no mongod found; run ./scripts/setup, or set \(mongodVariable) to the file mongod")
    }
    return path
  }

  // MARK: - Steps

  private static func hasServer(_ folder: String) -> Bool {
    isExecutableFile(folder + "/initdb") && isExecutableFile(folder + "/postgres")
  }

  /// The first line that a program prints; `nil` if it can't be run or fails.
  static func firstLine(of program: String, _ arguments: [String]) async -> String? {
    let result = try? await Subprocess.run(
      .path(FilePath(program)), arguments: Arguments(arguments), output: .string(limit: 64 * 1024),
      error: .discarded)
    guard let result, result.terminationStatus.isSuccess else { return nil }
    return result.standardOutput.split(whereSeparator: \.isNewline).first.map(String.init)
  }

  private static func pathFolders(_ environment: [String: String]) -> [String] {
    (environment["PATH"] ?? "").split(separator: ":").map(String.init).filter { $0.hasPrefix("/") }
  }

  /// The sub-folders of a folder, the highest version number first.
  private static func newest(in folder: String, where isWanted: (String) -> Bool) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    func version(_ name: String) -> [Int] { name.split { !$0.isNumber }.compactMap { Int($0) } }
    return names.filter(isWanted)
      .sorted { version($1).lexicographicallyPrecedes(version($0)) }
      .map { "\(folder)/\($0)" }
  }

  /// The nearest folder with a `Package.swift`, from a path upward.
  private static func packageFolder(above path: String) -> String? {
    var folder = path[...]
    while !folder.isEmpty {
      if FileManager.default.fileExists(atPath: folder + "/Package.swift") { return String(folder) }
      guard let slash = folder.lastIndex(of: "/") else { return nil }
      folder = folder[..<slash]
    }
    return nil
  }

  /// Every file `mongod` below a folder, the shortest path first.
  private static func cachedMongods(in folder: String) -> [String] {
    let below = (try? FileManager.default.subpathsOfDirectory(atPath: folder)) ?? []
    return below.filter { $0 == "mongod" || $0.hasSuffix("/mongod") }
      .sorted { ($0.count, $0) < ($1.count, $1) }
      .map { "\(folder)/\($0)" }
  }
}
