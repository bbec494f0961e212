/// Numbers for people: digits grouped, units named, no more digits than mean something.
public enum Quantity {
  /// `1234567` as `1,234,567`.
  public static func count(_ value: Int) -> String {
    let digits = String(value.magnitude)
    var grouped = ""
    for (position, digit) in digits.enumerated() {
      if position > 0, (digits.utf8.count - position) % 3 == 0 { grouped += "," }
      grouped.append(digit)
    }
    return value < 0 ? "-" + grouped : grouped
  }

  /// `decimals` digits behind the point, rounded.
  public static func decimal(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite else { return "-" }
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let scaled = (value.magnitude * scale).rounded()
    guard scaled < 9e15 else { return String(value) }
    let whole = Int(scaled / scale)
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard decimals > 0 else { return sign + String(whole) }
    let fraction = String(Int(scaled) - whole * Int(scale))
    return sign + "\(whole)." + String(repeating: "0", count: decimals - fraction.utf8.count) + fraction
  }

  /// Three significant digits, as in `12.3`, `1.23`, `123`.
  public static func significant(_ value: Double) -> String {
    switch value.magnitude {
    case ..<9.995: decimal(value, 2)
    case ..<99.95: decimal(value, 1)
    default: decimal(value, 0)
    }
  }

  /// A rate without its unit: `20,032`, `0.57`.
  public static func perSecond(_ rate: Double) -> String {
    rate < 10 ? significant(max(0, rate)) : count(Int(rate))
  }

  /// `1,000 calls/s`, `2.50 calls/s`.
  public static func rate(_ callsPerSecond: Double, unit: String = " calls/s") -> String {
    let isWhole = callsPerSecond >= 10 && callsPerSecond == callsPerSecond.rounded()
    return (isWhole ? count(Int(callsPerSecond)) : significant(callsPerSecond)) + unit
  }

  /// `nanoseconds` with a fitting unit: `850 ns`, `12.3 µs`, `1.23 ms`, `2.50 s`; `-` for `nil`.
  public static func latency(_ nanoseconds: UInt64?) -> String {
    guard let nanoseconds else { return "-" }
    let value = Double(nanoseconds)
    switch nanoseconds {
    case ..<1_000: return "\(nanoseconds) ns"
    case ..<1_000_000: return "\(significant(value / 1e3)) µs"
    case ..<1_000_000_000: return "\(significant(value / 1e6)) ms"
    default: return "\(significant(value / 1e9)) s"
    }
  }

  /// The same of `microseconds`, as processor times are kept; `-` for what is no time.
  public static func microseconds(_ microseconds: Double) -> String {
    guard microseconds >= 0, microseconds < 1e15 else { return "-" }
    return latency(UInt64((microseconds * 1e3).rounded()))
  }

  /// `0.42 s`, `12.3 s`, `2 min 5 s`.
  public static func seconds(_ seconds: Double) -> String {
    guard seconds >= 120 else { return "\(significant(max(0, seconds))) s" }
    let whole = Int(seconds.rounded())
    return "\(whole / 60) min \(whole % 60) s"
  }

  public static func bytes(_ bytes: Int) -> String {
    let value = Double(bytes)
    switch bytes {
    case ..<1_048_576: return "\(significant(value / 1_024)) KiB"
    case ..<1_073_741_824: return "\(significant(value / 1_048_576)) MiB"
    default: return "\(significant(value / 1_073_741_824)) GiB"
    }
  }
}
