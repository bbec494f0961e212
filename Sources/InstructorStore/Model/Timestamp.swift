/// A moment in whole milliseconds since 1970-01-01 00:00 UTC (BSON's precision), within the years 1 to 9999.
///
/// It comes from the caller's clock; no store reads one. Values outside ``Limits/timestampMilliseconds`` can be
/// made, and are refused as ``StoreError/Code/invalidArgument`` by the call that gets them.
public struct Timestamp: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
  public let milliseconds: Int64
  public init(milliseconds: Int64) { self.milliseconds = milliseconds }
  public static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }
  public var description: String { "\(milliseconds) ms" }
}
