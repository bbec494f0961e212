extension Tables {
  public static func allocations(_ counts: [AllocationCount]) -> [String] {
    var table = TextTable([
      "backend", "workload", "dispatch", "callers", "connections", "calls", "allocations a call",
      "bytes a call",
    ])
    for count in counts {
      table.add([
        count.backend, count.workload, count.dispatch, Quantity.count(count.concurrency),
        Quantity.count(count.connections), Quantity.count(count.calls),
        Quantity.decimal(count.allocationsPerCall, 2), Quantity.count(Int(count.bytesPerCall.rounded())),
      ])
    }
    return table.lines
  }
}
