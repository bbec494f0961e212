import ArgumentParser
import BenchmarkKit
import InstructorStore

/// Which two arms `compare` and `capacity` have.
struct ArmOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The two backends to compare.", valueName: "a,b"))
  var backends: String?

  @Option(
    help: ArgumentHelp(
      "An arm of its own configuration, twice: name=backend, then dispatch=…, connections=n, or a setting of the session "
        + "(PostgreSQL) or URL (MongoDB).", valueName: "name=backend,…"))
  var arm: [String] = []

  static let defaultBackends = "postgres,mongo"

  func arms(_ loop: LoopOptions) throws -> [Arm] {
    guard arm.isEmpty else {
      guard backends == nil else { throw BenchmarkFailure(.usage, "give --backends or --arm, not both.") }
      guard arm.count == 2 else {
        throw BenchmarkFailure(.usage, "--arm is needed twice: a comparison has two arms, not \(arm.count).")
      }
      let arms = try arm.map { try Arm($0, loop) }
      guard arms[0].specification.name != arms[1].specification.name else {
        throw BenchmarkFailure(
          .usage, "both arms are called '\(arms[0].specification.name)'; give them two names.")
      }
      return arms
    }
    let modes = loop.dispatch.modes
    let names = Lists.split(backends ?? Self.defaultBackends)
    if modes.count == 2 {
      guard names.count == 1 else {
        throw BenchmarkFailure(
          .usage, "two modes of --dispatch are compared on one backend; name it: --backends postgres.")
      }
      let target = try Targets.named(names[0])
      return modes.map { Arm(target, loop, $0, suffix: $0.rawValue) }
    }
    let targets = try Lists.pair(backends ?? Self.defaultBackends)
    let isSame = targets[0].name == targets[1].name
    return targets.enumerated().map { Arm($1, loop, modes[0], suffix: isSame ? String($0 + 1) : nil) }
  }

  /// An arm and the DBMS it runs on.
  struct Arm {
    let target: KnownTarget
    var specification: ArmSpecification

    /// - Parameter suffix: Tells two arms of the same backend apart.
    init(_ target: KnownTarget, _ loop: LoopOptions, _ dispatch: DispatchMode, suffix: String?) {
      self.target = target
      specification = ArmSpecification(
        name: target.name + (suffix.map { "-\($0)" } ?? ""),
        displayName: target.displayName + (suffix.map { " \($0)" } ?? ""), backend: target.name,
        dispatch: dispatch,
        connections: loop.targetOptions.connections)
    }

    /// `name=backend,key=value,…`
    init(_ text: String, _ loop: LoopOptions) throws {
      let parts = Lists.split(text).map { part in
        let equals = part.firstIndex(of: "=")
        return (
          key: String(part[..<(equals ?? part.endIndex)]),
          value: equals.map { String(part[part.index(after: $0)...]) } ?? ""
        )
      }
      guard let first = parts.first, !first.key.isEmpty,
        first.key.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) })
      else {
        throw BenchmarkFailure(
          .usage,
          "--arm '\(text)' needs a name of letters, digits, - and _: for example fast=postgres,dispatch=batched."
        )
      }
      target = try Targets.named(first.value.isEmpty ? first.key : first.value)
      var specification = ArmSpecification(
        name: first.key, displayName: first.key, backend: target.name, dispatch: loop.dispatch.modes[0],
        connections: loop.targetOptions.connections)
      for (key, value) in parts.dropFirst() {
        switch key {
        case "dispatch":
          guard DispatchMode(rawValue: value) != nil else {
            throw BenchmarkFailure.unknown(
              "dispatch mode", value, known: DispatchMode.allCases.map(\.rawValue))
          }
          specification.dispatch = value
        case "connections":
          guard let number = Int(value), (1...512).contains(number) else {
            throw BenchmarkFailure(.usage, "--arm '\(text)': connections must be from 1 to 512.")
          }
          specification.connections = number
        default:
          guard target.server != nil, !key.isEmpty, !value.isEmpty else {
            throw BenchmarkFailure(
              .usage, "--arm '\(text)': '\(key)' is no setting of \(target.displayName) with a value.")
          }
          specification.settings[key] = value
        }
      }
      self.specification = specification
    }
  }
}

extension ArmSpecification {
  /// For a plan: `PostgreSQL over 8 connections, direct`, or `fast over 3 connections, batched, jit = off, on postgres`.
  var text: String {
    let place = displayName == name && name != backend ? ", on \(backend)" : ""
    let settings = settings.sorted { $0.key < $1.key }.map { ", \($0.key) = \($0.value)" }.joined()
    return "\(displayName) over \(connections) connections, \(dispatch)\(settings)\(place)"
  }
}

/// `direct`, `batched`, or both, to compare them.
struct DispatchModes: ExpressibleByArgument, Sendable {
  let modes: [DispatchMode]

  static let direct = DispatchModes([.direct])

  private init(_ modes: [DispatchMode]) { self.modes = modes }

  init?(argument: String) {
    let names = Lists.split(argument)
    let modes = names.compactMap(DispatchMode.init(rawValue:))
    guard modes.count == names.count, (1...2).contains(modes.count), Set(modes).count == modes.count else {
      return nil
    }
    self.modes = modes
  }

  var defaultValueDescription: String { modes.map(\.rawValue).joined(separator: ",") }
}
