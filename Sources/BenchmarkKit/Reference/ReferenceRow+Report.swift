import InstructorStore

/// The JSON object of a comparison with other clients.
extension ReferenceResult: Encodable {
  private enum Key: String, CodingKey {
    case rows, instructors, courses, seed, segmentSeconds, method, environments
  }

  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(rows, forKey: .rows)
    try object.encode(instructors, forKey: .instructors)
    try object.encode(courses, forKey: .courses)
    try object.encode(seed, forKey: .seed)
    try object.encode(segmentSeconds, forKey: .segmentSeconds)
    try object.encode(Self.method, forKey: .method)
    try object.encode(environments, forKey: .environments)
  }
}

extension ReferenceRow: Encodable {
  private enum Key: String, CodingKey {
    case measure, reference, ratio, bar, aim, rounds, isMet, comparison, ratioRange, callers, connections,
      dispatch,
      unit, ours, theirs, oursByRound, theirsByRound, runner
  }

  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(measure.name, forKey: .measure)
    try object.encode(best.text, forKey: .reference)
    try object.encode(ratio, forKey: .ratio)
    try object.encode(reference.bar, forKey: .bar)
    try object.encode(reference.aim, forKey: .aim)
    try object.encode(ours.count, forKey: .rounds)
    try object.encode(isMet, forKey: .isMet)
    try object.encode(measure.isTime ? "atMost" : "atLeast", forKey: .comparison)
    try object.encode([range.lowerBound, range.upperBound], forKey: .ratioRange)
    try object.encode(measure.callers, forKey: .callers)
    try object.encode(measure.options.connections, forKey: .connections)
    try object.encode(measure.options.dispatch.rawValue, forKey: .dispatch)
    try object.encode(measure.isTime ? "seconds" : "operations per second", forKey: .unit)
    try object.encode(oursMedian, forKey: .ours)
    try object.encode(othersMedian, forKey: .theirs)
    try object.encode(ours, forKey: .oursByRound)
    try object.encode(others, forKey: .theirsByRound)
    try object.encode(runner, forKey: .runner)
  }
}

extension Tables {
  public static func reference(_ rows: [ReferenceRow]) -> [String] {
    var table = TextTable([
      "measure", "reference (clients × batch)", "theirs", "ours", "in memory", "ratio", "range", "bar", "aim",
      "",
    ])
    for row in rows {
      let sign = row.measure.isTime ? "≤ " : "≥ "
      func goal(_ value: Double?) -> String { value.map { sign + Quantity.significant($0) } ?? "-" }
      func figure(_ value: Double) -> String {
        row.measure.isTime ? Quantity.seconds(value) : "\(Quantity.count(Int(value)))/s"
      }
      table.add([
        row.measure.name, row.best.text, figure(row.othersMedian), figure(row.oursMedian),
        row.runner.map { figure($0.throughputPerSecond) } ?? "-",
        Quantity.significant(row.ratio) + "×",
        "\(Quantity.significant(row.range.lowerBound))–\(Quantity.significant(row.range.upperBound))",
        goal(row.reference.bar), goal(row.reference.aim),
        row.isMet == false
          ? "MISSED" : row.reference.aim.map(row.reaches) == true ? "aim" : row.isMet == true ? "met" : "",
      ])
    }
    return table.lines
  }
}
