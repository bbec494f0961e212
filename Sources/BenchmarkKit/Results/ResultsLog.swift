/// Where a running comparison records what happens: in memory, and in a file if there is one.
struct ResultsLog {
  private(set) var record: ComparisonRecord
  private let file: ResultsFile?

  init(_ record: ComparisonRecord = ComparisonRecord(), file: ResultsFile? = nil) {
    self.record = record
    self.file = file
  }

  mutating func add(_ line: ResultLine) throws {
    record.add(line)
    try file?.append(line)
  }
}
