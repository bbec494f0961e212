/// Loads.
extension Tables {
  public static func load(_ reports: [LoadReport]) -> [String] {
    var table = TextTable([
      "backend", "instructors", "course places", "reviewers", "reviews", "elapsed", "rows/s", "then settling",
      "client memory peak",
    ])
    for report in reports {
      table.add([
        report.displayName, Quantity.count(report.instructors), Quantity.count(report.assignments),
        Quantity.count(report.reviewers), Quantity.count(report.reviews),
        Quantity.seconds(report.elapsedSeconds),
        report.rowsPerSecond.map { Quantity.count(Int($0)) } ?? "resumed",
        Quantity.seconds(report.settleSeconds), report.peakClientBytes.map(Quantity.bytes) ?? "-",
      ])
    }
    return table.lines
  }

  /// What was compared with the generator, one line for each load.
  public static func checks(_ reports: [LoadReport]) -> [String] {
    reports.compactMap { report in
      report.checked.map { checked in
        "\(report.displayName): as generated: \(Quantity.count(checked.instructors)) instructors, "
          + "\(Quantity.count(checked.reviewers)) reviewers and \(Quantity.count(checked.reviews)) reviews compared one by one; "
          + "\(Quantity.count(checked.ratings)) ratings add up; \(Quantity.count(checked.recountedCourses)) of them equal "
          + "a recount of their \(Quantity.count(checked.recountedReviews)) reviews."
      }
    }
  }

  /// What the time was spent on: a line for each phase, a column for each load.
  public static func phases(_ reports: [LoadReport]) -> [String] {
    let all = reports.map { report -> [(name: String, seconds: Double)] in
      report.phases.map { ($0.name, $0.seconds) } + [("then settling", report.settleSeconds)]
        + (report.checkSeconds.map { [("then checking", $0)] } ?? [])
    }
    // Every load's own are in the same order, but one may have what another has not.
    var names: [String] = []
    for phases in all {
      var position = 0
      for (name, _) in phases {
        if let known = names.firstIndex(of: name) {
          position = known + 1
        } else {
          names.insert(name, at: position)
          position += 1
        }
      }
    }
    var table = TextTable(["phase"] + reports.map(\.displayName))
    for name in names {
      table.add(
        [name] + all.map { $0.first { $0.name == name }.map { Quantity.seconds($0.seconds) } ?? "-" })
    }
    return table.lines
  }

  /// What is on the disks afterwards: a line for each table or collection; empty where there is no server.
  public static func sizes(_ reports: [LoadReport]) -> [String] {
    let isCompressed = reports.contains { $0.sizes.plainBytes != nil }
    var table = TextTable(
      ["on disk", "data"] + (isCompressed ? ["before compression"] : []) + ["indexes", "together"])
    func add(_ name: String, _ data: Int, _ plain: Int?, _ indexes: Int) {
      table.add(
        [name, Quantity.bytes(data)] + (isCompressed ? [plain.map(Quantity.bytes) ?? "-"] : [])
          + [Quantity.bytes(indexes), Quantity.bytes(data + indexes)])
    }
    for report in reports where !report.sizes.isEmpty {
      for size in report.sizes {
        add("\(report.displayName), \(size.name)", size.dataBytes, size.plainBytes, size.indexBytes)
      }
      add(
        "\(report.displayName), all", report.sizes.dataBytes, report.sizes.plainBytes, report.sizes.indexBytes
      )
    }
    return table.rows.isEmpty ? [] : table.lines
  }

  /// The same of one load in sentences.
  static func loadDetails(_ report: LoadReport) -> [String] {
    let phases = report.phases.map { "\($0.name) \(Quantity.seconds($0.seconds))" }
    var after: [String] = []
    if !report.sizes.isEmpty {
      after.append(
        "on disk \(Quantity.bytes(report.sizes.dataBytes)) and \(Quantity.bytes(report.sizes.indexBytes)) of indexes"
      )
    }
    if let peak = report.peakClientBytes { after.append("client memory peak \(Quantity.bytes(peak))") }
    return [phases, after].filter { !$0.isEmpty }.map { $0.joined(separator: ", ") }
  }
}
