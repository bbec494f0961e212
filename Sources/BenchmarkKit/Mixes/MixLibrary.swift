import FoundationEssentials

/// The mixes that come with the program, and those in files of the user.
///
/// The shipped ones are the files in `Mixes/Files`, compiled into the program so that it needs nothing beside itself.
public enum MixLibrary {
  private static let files: [(name: String, bytes: [UInt8])] = [
    ("course-page", PackageResources.course_page_yaml),
    ("instructor-crud", PackageResources.instructor_crud_yaml),
    ("review-storm", PackageResources.review_storm_yaml),
    ("ycsb-a", PackageResources.ycsb_a_yaml),
    ("ycsb-b", PackageResources.ycsb_b_yaml),
    ("ycsb-c", PackageResources.ycsb_c_yaml),
    ("ycsb-d", PackageResources.ycsb_d_yaml),
    ("ycsb-e", PackageResources.ycsb_e_yaml),
    ("ycsb-f", PackageResources.ycsb_f_yaml),
  ]

  public static var names: [String] { files.map(\.name) }

  /// The file of a shipped mix, to copy and change.
  public static func text(of name: String) -> String? {
    files.first { $0.name == name }.map { String(decoding: $0.bytes, as: UTF8.self) }
  }

  /// All shipped mixes.
  public static func all() throws(BenchmarkFailure) -> [Mix] {
    var mixes: [Mix] = []
    for name in names { mixes.append(try find(name)) }
    return mixes
  }

  /// The shipped mix of this name, or the one in the file of this path.
  ///
  /// - Throws: ``BenchmarkFailure`` with ``ExitStatus/missingInput`` where there is neither, with
  ///   ``ExitStatus/malformedInput`` for a file that is none.
  public static func find(_ nameOrPath: String) throws(BenchmarkFailure) -> Mix {
    if let text = text(of: nameOrPath) { return try MixParser.parse(text, file: nameOrPath) }
    var isFolder = false
    guard FileManager.default.fileExists(atPath: nameOrPath, isDirectory: &isFolder), !isFolder,
      let data = FileManager.default.contents(atPath: nameOrPath)
    else {
      let hint = NearestName.of(nameOrPath, among: names).map { ", did you mean '\($0)'?" } ?? "."
      throw BenchmarkFailure(
        .missingInput,
        "there is no mix '\(nameOrPath)' and no file of that name\(hint) There are: \(names.joined(separator: ", "))."
      )
    }
    guard data.count <= MixParser.fileBytes, let text = String(data: data, encoding: .utf8) else {
      throw BenchmarkFailure(
        .malformedInput, "\(nameOrPath) is no mix: it must be UTF-8 of at most \(MixParser.fileBytes) bytes.")
    }
    return try MixParser.parse(text, file: nameOrPath)
  }
}
