extension DifferentialOperation {
  /// The same call with one argument less or an item less: what a minimum is looked for among.
  func simpler() -> [DifferentialOperation] {
    var simpler: [DifferentialOperation] = []
    func add(_ change: (inout DifferentialOperation) -> Void) {
      var changed = self
      change(&changed)
      if changed != self { simpler.append(changed) }
    }
    add { $0.isRetry = nil }
    add { $0.ifVersion = nil }
    add { $0.otherText = nil }
    add { $0.clear = nil }
    add { $0.number = nil }
    add { $0.milliseconds = nil }
    add { $0.cursorOf = nil }
    add { $0.token = nil }
    add { $0.helpfulFirst = nil }
    add { if $0.text != nil { $0.text = "A" } }
    add { if $0.halves != nil { $0.halves = 2 } }
    add { if $0.counts != nil { $0.counts = nil } }
    for index in (courses ?? []).indices {
      add {
        $0.courses?.remove(at: index)
        if $0.primaries?.indices.contains(index) == true { $0.primaries?.remove(at: index) }
      }
    }
    for index in (ids ?? []).indices { add { $0.ids?.remove(at: index) } }
    for (index, item) in (items ?? []).enumerated() {
      add { $0.items?.remove(at: index) }
      for item in item.simpler() { add { $0.items?[index] = item } }
    }
    return simpler
  }
}
