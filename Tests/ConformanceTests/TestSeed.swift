import FoundationEssentials

/// The seed of the environment variable `CONFORMANCE_SEED`, or a random one.
func testSeed() -> UInt64 {
  ProcessInfo.processInfo.environment["CONFORMANCE_SEED"].flatMap(UInt64.init) ?? .random(in: 0...999_999)
}
