/// What `dbbench doctor` found, and its JSON object.
public struct DoctorReport: Sendable, Encodable {
  public var findings: [Finding] = []
  public var meter: [MeterCheck] = []

  public init() {}

  public mutating func add(_ other: DoctorReport) {
    findings += other.findings
    meter += other.meter
  }

  public var lines: [String] {
    var lines = Finding.lines(findings)
    if !meter.isEmpty { lines += ["", "meter:"] }
    lines += meter.map { "\($0.isPassed ? "ok    " : "WRONG ")\($0.name): \($0.detail)" }
    return lines
  }

  public func requireHealth() throws(BenchmarkFailure) {
    let wrong = meter.filter { !$0.isPassed }.count
    let bad = findings.filter { $0.level == .bad }
    guard wrong + bad.count > 0 else { return }
    var parts =
      bad.isEmpty ? [] : ["\(bad.map(\.name).joined(separator: ", ")): figures measured now would mislead"]
    if wrong > 0 { parts.append("\(wrong) of \(meter.count) checks of the meter failed") }
    throw BenchmarkFailure(
      .void, parts.joined(separator: "; "), advice: "See the fixes above, then look again.")
  }
}
