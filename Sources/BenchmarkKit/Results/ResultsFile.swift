import FoundationEssentials

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// `results.jsonl` in a run's folder: appended to a line at a time, never rewritten.
///
/// A line is written by one call, so a program that is killed leaves whole lines and at most one torn last one, which readers
/// leave out and ``open(in:)`` cuts off. Lines are not synced to the disk: that would disturb what is being measured.
///
/// A file without a whole line is no result: a run that ended while its servers started leaves one. It is taken as absent. As
/// long as a run has the file open nobody else may write to it (`flock`), so that it is not mistaken for one of these.
public final class ResultsFile: Sendable {
  public static let name = "results.jsonl"

  public let folder: String
  private let descriptor: Int32

  private init(folder: String, descriptor: Int32) {
    self.folder = folder
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  private static func path(in folder: String) -> String { folder + "/" + name }

  /// What is in the folder's file; `nil` where there is none, or none with a whole line.
  private static func contents(of folder: String) -> Data? {
    FileManager.default.contents(atPath: path(in: folder)).flatMap { data in
      data.contains(UInt8(ascii: "\n")) ? data : nil
    }
  }

  /// Makes the folder and an empty file in it.
  ///
  /// - Throws: ``BenchmarkFailure`` with ``ExitStatus/missingInput`` where that is impossible, or results are there already.
  public static func create(in folder: String) throws -> ResultsFile {
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let file = try opened(path(in: folder), folder, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC)
    guard contents(of: folder) == nil else {
      throw BenchmarkFailure(
        .missingInput, "'\(folder)' holds the results of a run already",
        advice: "Name another folder with --output, or continue that run with --resume \(folder).")
    }
    guard ftruncate(file.descriptor, 0) == 0 else { throw unwritable(folder) }
    return file
  }

  /// Opens the file of an earlier run, to continue it.
  public static func open(in folder: String) throws -> ResultsFile {
    let path = path(in: folder)
    let file = try opened(path, folder, O_WRONLY | O_APPEND | O_CLOEXEC)
    // A torn last line: what follows must begin on a line of its own.
    if let data = FileManager.default.contents(atPath: path), data.last != UInt8(ascii: "\n") {
      let whole = data.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
      guard ftruncate(file.descriptor, off_t(whole)) == 0 else { throw unwritable(folder) }
    }
    return file
  }

  private static func opened(_ path: String, _ folder: String, _ flags: Int32) throws -> ResultsFile {
    #if canImport(Glibc)
      let descriptor = Glibc.open(path, flags, 0o644)
    #elseif canImport(Musl)
      let descriptor = Musl.open(path, flags, 0o644)
    #else
      let descriptor = Darwin.open(path, flags, 0o644)
    #endif
    guard descriptor >= 0 else { throw unwritable(folder) }
    let file = ResultsFile(folder: folder, descriptor: descriptor)
    // Ends with the program, however that ends. A file system without locks has none to respect.
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
      throw BenchmarkFailure(
        .unavailable, "another dbbench is writing to '\(folder)'",
        advice: "Wait for it, or name another folder with --output.")
    }
    return file
  }

  private static func unwritable(_ folder: String) -> BenchmarkFailure {
    BenchmarkFailure(
      .missingInput, "can't write results to '\(folder)'",
      advice: "Name a folder that can be written with --output.")
  }

  /// - Throws: ``BenchmarkFailure`` where the disk is full.
  public func append(_ line: ResultLine) throws {
    let bytes = Array(try JSONText.of(line, isPretty: false))
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw Self.unwritable(folder) }
      written += count
    }
  }

  /// Everything in a folder's results file.
  ///
  /// - Throws: ``BenchmarkFailure`` with ``ExitStatus/missingInput`` where there is none, with
  ///   ``ExitStatus/malformedInput`` for a line that is none (but the last, if it is torn) and for a newer format.
  public static func read(from folder: String) throws -> ComparisonRecord {
    guard let data = contents(of: folder) else {
      let isThere = FileManager.default.fileExists(atPath: path(in: folder))
      throw BenchmarkFailure(
        .missingInput, "there \(isThere ? "is nothing in \(name)" : "is no \(name)") in '\(folder)'",
        advice: isThere
          ? "That run ended before it began; start it again, with --output \(folder) if it is to go there."
          : "Name the folder that a comparison wrote.")
    }
    var record = ComparisonRecord()
    let decoder = JSONDecoder()
    let isTorn = data.last != UInt8(ascii: "\n")
    let lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (number, line) in lines.enumerated() where !line.isEmpty {
      if number == lines.count - 1, isTorn { break }
      guard let decoded = try? decoder.decode(ResultLine.self, from: Data(line)) else {
        throw BenchmarkFailure(
          .malformedInput, "line \(number + 1) of \(folder)/\(name) is no result",
          advice: "Take the file as dbbench wrote it; docs/results-format.md describes it.")
      }
      if case .header(let header) = decoded, header.format > RunHeader.currentFormat {
        throw BenchmarkFailure(
          .malformedInput,
          "\(folder)/\(name) has format \(header.format), this program knows \(RunHeader.currentFormat)",
          advice: "Use the dbbench that wrote it.")
      }
      record.add(decoded)
    }
    return record
  }
}
