/// The stars of a review: 1 to 5 by halves, held as a number of halves. No binary fraction is stored or compared.
///
/// Values outside 2…10 halves can be made, and are refused as ``StoreError/Code/invalidArgument`` by the call
/// that gets them.
public struct Stars: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
  /// 2…10; 9 stands for 4½ stars.
  public let halves: Int
  public init(halves: Int) { self.halves = halves }

  /// - Parameter value: For example 4.5. A value off the half step (3.7, NaN) becomes one that every call refuses.
  public init(_ value: Double) { halves = Int(exactly: value * 2) ?? 0 }

  /// 1, 1½, … 5.
  public static let allSteps: [Stars] = Limits.starHalves.map { Stars(halves: $0) }

  public static func < (left: Self, right: Self) -> Bool { left.halves < right.halves }
  public var doubleValue: Double { Double(halves) / 2 }
  /// For example `4.5`.
  public var description: String {
    "\(halves < 0 ? "-" : "")\(halves.magnitude / 2).\(halves.magnitude % 2 == 0 ? 0 : 5)"
  }
}
