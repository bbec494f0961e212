import FoundationEssentials

/// Whether the long counts are asked for: `scripts/test --full`.
public let isFullTest = ProcessInfo.processInfo.environment["STORE_TESTS_FULL"] != nil
