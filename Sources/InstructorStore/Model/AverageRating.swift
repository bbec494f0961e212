/// An average rating from 0.0 to 5.0 in exact tenths. No binary fraction is stored or compared.
///
/// Values outside 0…50 tenths can be made, and are refused as ``StoreError/Code/invalidArgument`` by the call
/// that gets them.
public struct AverageRating: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
  /// 0…50; 43 stands for 4.3.
  public let tenths: Int
  public init(tenths: Int) { self.tenths = tenths }
  public static func < (left: Self, right: Self) -> Bool { left.tenths < right.tenths }
  /// The value for display or arithmetic; ``tenths`` is what is stored.
  public var doubleValue: Double { Double(tenths) / 10 }
  public var description: String {
    "\(tenths < 0 ? "-" : "")\(tenths.magnitude / 10).\(tenths.magnitude % 10)"
  }
}
