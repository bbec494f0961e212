extension Tables {
  public static func validation(_ results: [SensitivityValidation.Result]) -> [String] {
    var table = TextTable([
      "backend", "scenario", "runs", "found", "wrong", "equivalent", "undecided", "ratio (median, range)",
      "void blocks", "too busy", "limit", "",
    ])
    for result in results {
      let ratio = MedianRange(result.ratios).map { range in
        "\(Quantity.decimal(range.median, 3)) "
          + "(\(Quantity.decimal(range.minimum, 3))–\(Quantity.decimal(range.maximum, 3)))"
      }
      table.add([
        result.backend, result.scenario.name, String(result.runs), String(result.found), String(result.wrong),
        String(result.equivalent), String(result.undecided), ratio ?? "-",
        "\(Quantity.count(result.voidBlocks)) of \(Quantity.count(result.blocks))", String(result.tooBusy),
        result.limit, result.isMet ? "met" : "MISSED",
      ])
    }
    return table.lines
  }

  /// What the reader has to know about the table above it.
  public static func footer(_ results: [SensitivityValidation.Result]) -> [String] {
    [
      "Each run is a comparison of instructor-get with itself, with slices, orders and looks of its own. Found: the side "
        + "without the extra work was called faster; wrong: a side was that isn't. Void blocks are those during which "
        + "something else used more than \(Quantity.decimal(ComparisonPlan.mostForeignCores * 100, 0))% of a core; they were "
        + "measured again. Too busy: further runs with too many of them, which decide nothing."
    ]
  }
}
