import Yams

/// Reads the description of a mix.
///
/// ```yaml
/// name: course-page
/// description: What visitors of a course's page cause.
/// keys: zipfian            # uniform, zipfian, latest or hotspot
/// operations:              # any workloads but bulk-load, with their weights
///   course-summary: 95
///   review-create: 5
/// ```
///
/// Everything but the description is required, and nothing else is allowed: a misspelt key would otherwise be a setting
/// that silently does nothing.
enum MixParser {
  private enum Key: String, CaseIterable {
    case name, description, keys, operations
  }

  /// Names are printed and become part of result files.
  private static let nameBytes = 1...60
  static let fileBytes = 65_536

  /// - Parameter file: What the text comes from, for messages.
  /// - Throws: ``BenchmarkFailure`` with ``ExitStatus/malformedInput`` that names the line.
  static func parse(_ text: String, file: String) throws(BenchmarkFailure) -> Mix {
    let root: Node?
    do {
      root = try Yams.compose(yaml: text)
    } catch {
      throw malformed(file, line(of: error), "this is no YAML (\(reason(of: error)))")
    }
    guard case .mapping(let mapping)? = root else {
      throw malformed(
        file, 1, "a mix is a list of settings: \(Key.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    var values: [Key: Node] = [:]
    for (keyNode, value) in mapping {
      let name = keyNode.scalar?.string ?? ""
      guard let key = Key(rawValue: name) else {
        throw unknown(file, keyNode, "setting", name, Key.allCases.map(\.rawValue))
      }
      guard values.updateValue(value, forKey: key) == nil else {
        throw malformed(file, line(of: keyNode), "'\(name)' is there twice")
      }
    }
    for key in [Key.name, .keys, .operations] where values[key] == nil {
      throw malformed(file, 1, "'\(key.rawValue)' is missing")
    }
    return Mix(
      name: try name(values[.name], file), description: values[.description]?.scalar?.string ?? "",
      keys: try keys(values[.keys], file), parts: try parts(values[.operations], file))
  }

  private static func name(_ node: Node?, _ file: String) throws(BenchmarkFailure) -> String {
    let name = node?.scalar?.string ?? ""
    let isName = name.utf8.allSatisfy { byte in
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }
    guard isName, nameBytes.contains(name.utf8.count) else {
      throw malformed(
        file, line(of: node), "a name takes 1 to \(nameBytes.upperBound) characters of a-z, 0-9, - and _")
    }
    guard !WorkloadRegistry.all.contains(where: { $0.name == name }) else {
      throw malformed(file, line(of: node), "'\(name)' is the name of a workload; give the mix another one")
    }
    return name
  }

  private static func keys(_ node: Node?, _ file: String) throws(BenchmarkFailure) -> KeyDistribution {
    let name = node?.scalar?.string ?? ""
    guard let keys = KeyDistribution(rawValue: name) else {
      throw unknown(file, node, "key distribution", name, KeyDistribution.allCases.map(\.rawValue))
    }
    return keys
  }

  private static func parts(_ node: Node?, _ file: String) throws(BenchmarkFailure) -> [Mix.Part] {
    guard case .mapping(let mapping)? = node, !mapping.isEmpty else {
      throw malformed(file, line(of: node), "'operations' needs lines such as 'course-team: 30'")
    }
    let known = WorkloadRegistry.all.filter { $0.kind != .load }.map(\.name)
    var parts: [Mix.Part] = []
    for (keyNode, value) in mapping {
      let name = keyNode.scalar?.string ?? ""
      guard known.contains(name) else { throw unknown(file, keyNode, "operation", name, known) }
      guard !parts.contains(where: { $0.workload == name }) else {
        throw malformed(file, line(of: keyNode), "'\(name)' is there twice")
      }
      guard let weight = Int(value.scalar?.string ?? ""), Mix.weights.contains(weight) else {
        throw malformed(
          file, line(of: value),
          "the weight of '\(name)' must be a whole number from \(Mix.weights.lowerBound) to \(Mix.weights.upperBound)"
        )
      }
      parts.append(Mix.Part(workload: name, weight: weight))
    }
    return parts
  }

  // MARK: Messages

  private static func unknown(
    _ file: String, _ node: Node?, _ what: String, _ name: String, _ known: [String]
  )
    -> BenchmarkFailure
  {
    let hint = NearestName.of(name, among: known).map { ", did you mean '\($0)'?" } ?? "."
    return malformed(
      file, line(of: node), "unknown \(what) '\(name)'\(hint) There are: \(known.joined(separator: ", "))")
  }

  private static func malformed(_ file: String, _ line: Int, _ problem: String) -> BenchmarkFailure {
    BenchmarkFailure(.malformedInput, "\(file), line \(line): \(problem).")
  }

  private static func line(of node: Node?) -> Int { node?.mark?.line ?? 1 }

  private static func line(of error: any Error) -> Int {
    switch error as? YamlError {
    case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
    case .duplicatedKeysInMapping(_, let context): context.mark.line
    default: 1
    }
  }

  private static func reason(of error: any Error) -> String {
    switch error as? YamlError {
    case .scanner(_, let problem, _, _), .parser(_, let problem, _, _), .composer(_, let problem, _, _):
      problem
    case .duplicatedKeysInMapping(let keys, _): "twice there: \(keys.joined(separator: ", "))"
    default: "it can't be read"
    }
  }
}
