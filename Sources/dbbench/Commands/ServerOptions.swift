public import ArgumentParser
public import BenchmarkKit
import InstructorStore

/// Which servers to use, and where on them.
struct ServerOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A PostgreSQL server of yours; without it a throwaway one is started.", valueName: "url"))
  var postgres: String?

  @Option(
    help: ArgumentHelp(
      "A MongoDB replica set of yours; without it a throwaway one is started.", valueName: "url"))
  var mongo: String?

  @Option(
    help: ArgumentHelp(
      "The schema (PostgreSQL) or database (MongoDB) to make and use there.", valueName: "name"))
  var schema = "dbbench"

  @Flag(help: "Leave what was loaded on your own server; the next run replaces it.")
  var keep = false

  @Option(
    help: ArgumentHelp(
      "What every server must promise about an acknowledged write. durable: it survives a crash. relaxed: the last moment "
        + "may be lost. Read back from each server before anything is timed.", valueName: "durable|relaxed"))
  var durability: DurabilityProfile = .durable

  @Flag(help: "Go on where a server is not as durable as that, or durable where it was to be relaxed.")
  var acceptDifferences = false

  /// The user's own server for a backend, if there is one.
  func url(for target: String) -> String? {
    switch target {
    case "postgres", "postgres-jsonb": postgres
    case "mongo": mongo
    default: nil
    }
  }

  private static let longestSchema = 40

  func validate() throws {
    // What both DBMS take without quoting, with room for the suffix of a second place.
    let isName =
      schema.utf8.allSatisfy { byte in
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || byte == UInt8(ascii: "_")
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      } && schema.utf8.first.map { $0 > UInt8(ascii: "9") } == true && schema.utf8.count <= Self.longestSchema
    guard isName else {
      throw ValidationError(
        "--schema takes 1 to \(Self.longestSchema) characters of a-z, 0-9 and _, not starting with a digit.")
    }
    if let postgres {
      let isConninfo = postgres.contains("=") && !postgres.contains("://")
      guard isConninfo || postgres.hasPrefix("postgres://") || postgres.hasPrefix("postgresql://") else {
        throw ValidationError("--postgres needs a URL, for example postgres://me@localhost/test.")
      }
    }
    if let mongo, !mongo.hasPrefix("mongodb://"), !mongo.hasPrefix("mongodb+srv://") {
      throw ValidationError("--mongo needs a URL, for example 'mongodb://localhost/?replicaSet=rs0'.")
    }
    if keep, postgres == nil, mongo == nil {
      throw ValidationError(
        "--keep needs --postgres or --mongo: throwaway servers are always removed ('dbbench servers' starts some that "
          + "stay until Ctrl-C).")
    }
  }
}

extension DurabilityProfile: ExpressibleByArgument {}
