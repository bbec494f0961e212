/// S. Holm's step-down correction for several tests ("A simple sequentially rejective multiple test procedure", 1979): the
/// chance of rejecting *any* true null hypothesis stays at α, whatever the tests have to do with each other.
enum Holm {
  /// The adjusted p-values, in the order of `pValues`: a hypothesis is rejected at α exactly if its own is at most α.
  static func adjusted(_ pValues: [Double]) -> [Double] {
    var adjusted = pValues
    var running = 0.0
    let order = pValues.indices.sorted { pValues[$0] < pValues[$1] }
    for (step, index) in order.enumerated() {
      running = max(running, min(1, Double(pValues.count - step) * pValues[index]))
      adjusted[index] = running
    }
    return adjusted
  }
}
