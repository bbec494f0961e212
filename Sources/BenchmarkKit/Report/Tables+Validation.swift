extension Tables {
  public static func validation(_ results: [SensitivityValidation.Result]) -> [String] {
    var table = TextTable([
      "backend", "scenario", "runs", "found", "wrong", "equivalent", "ratio (median, range)",
      "disturbed blocks", "",
    ])
    for result in results {
      let ratio = MedianRange(result.ratios).map { range in
        "\(Quantity.decimal(range.median, 3)) "
          + "(\(Quantity.decimal(range.minimum, 3))–\(Quantity.decimal(range.maximum, 3)))"
      }
      table.add([
        result.backend, result.scenario.name, String(result.runs), String(result.found), String(result.wrong),
        String(result.equivalent), ratio ?? "-",
        "\(Quantity.count(result.disturbedBlocks)) of \(Quantity.count(result.blocks))",
        result.isMet ? "met" : "MISSED",
      ])
    }
    return table.lines
  }
}
