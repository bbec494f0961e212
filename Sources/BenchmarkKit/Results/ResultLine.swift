/// One line of `results.jsonl`: a JSON object whose `kind` says what else is in it. `docs/results-format.md` describes all
/// of them.
///
/// The file only ever grows. A reader skips kinds that it doesn't know, so that new ones may be added.
public enum ResultLine: Sendable {
  case header(RunHeader)
  case fingerprint(Fingerprint)
  case plan(RecordedPlan)
  case load(LoadRecord)
  case equivalence(EquivalenceRecord)
  case calibration(Calibration)
  case pilot(PilotRecord)
  case block(BlockRecord)
  case openBlock(OpenLoopBlockRecord)
  case bulkLoad(LoadRecord)
  case soak(SoakRecord)
  case look(LookRecord)
  case fairness(FairnessRecord)
  case reasons(ReasonsRecord)
  case runner(RunnerCost)
  case storage(StorageRecord)
  case maintenance(MaintenanceRecord)
  case invariants(InvariantsRecord)
  case end(EndRecord)
  case unknown(String)
}

extension ResultLine: Codable {
  private enum Key: String, CodingKey { case kind }

  private enum Kind: String, Codable {
    case header, fingerprint, plan, load, equivalence, calibration, pilot, block, openBlock, bulkLoad, look,
      fairness, reasons, runner, storage, maintenance, invariants, soak, end
  }

  public init(from decoder: any Decoder) throws {
    let name = try decoder.container(keyedBy: Key.self).decode(String.self, forKey: .kind)
    switch Kind(rawValue: name) {
    case .header: self = .header(try RunHeader(from: decoder))
    case .fingerprint: self = .fingerprint(try Fingerprint(from: decoder))
    case .plan: self = .plan(try RecordedPlan(from: decoder))
    case .load: self = .load(try LoadRecord(from: decoder))
    case .equivalence: self = .equivalence(try EquivalenceRecord(from: decoder))
    case .calibration: self = .calibration(try Calibration(from: decoder))
    case .pilot: self = .pilot(try PilotRecord(from: decoder))
    case .block: self = .block(try BlockRecord(from: decoder))
    case .openBlock: self = .openBlock(try OpenLoopBlockRecord(from: decoder))
    case .bulkLoad: self = .bulkLoad(try LoadRecord(from: decoder))
    case .soak: self = .soak(try SoakRecord(from: decoder))
    case .look: self = .look(try LookRecord(from: decoder))
    case .fairness: self = .fairness(try FairnessRecord(from: decoder))
    case .reasons: self = .reasons(try ReasonsRecord(from: decoder))
    case .runner: self = .runner(try RunnerCost(from: decoder))
    case .storage: self = .storage(try StorageRecord(from: decoder))
    case .maintenance: self = .maintenance(try MaintenanceRecord(from: decoder))
    case .invariants: self = .invariants(try InvariantsRecord(from: decoder))
    case .end: self = .end(try EndRecord(from: decoder))
    case nil: self = .unknown(name)
    }
  }

  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .header(let record): try write(.header, record, encoder)
    case .fingerprint(let record): try write(.fingerprint, record, encoder)
    case .plan(let record): try write(.plan, record, encoder)
    case .load(let record): try write(.load, record, encoder)
    case .equivalence(let record): try write(.equivalence, record, encoder)
    case .calibration(let record): try write(.calibration, record, encoder)
    case .pilot(let record): try write(.pilot, record, encoder)
    case .block(let record): try write(.block, record, encoder)
    case .openBlock(let record): try write(.openBlock, record, encoder)
    case .bulkLoad(let record): try write(.bulkLoad, record, encoder)
    case .soak(let record): try write(.soak, record, encoder)
    case .look(let record): try write(.look, record, encoder)
    case .fairness(let record): try write(.fairness, record, encoder)
    case .reasons(let record): try write(.reasons, record, encoder)
    case .runner(let record): try write(.runner, record, encoder)
    case .storage(let record): try write(.storage, record, encoder)
    case .maintenance(let record): try write(.maintenance, record, encoder)
    case .invariants(let record): try write(.invariants, record, encoder)
    case .end(let record): try write(.end, record, encoder)
    case .unknown(let name):
      var object = encoder.container(keyedBy: Key.self)
      try object.encode(name, forKey: .kind)
    }
  }

  /// The record's own keys and `kind` in one object.
  private func write(_ kind: Kind, _ record: some Encodable, _ encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(kind, forKey: .kind)
    try record.encode(to: encoder)
  }
}
