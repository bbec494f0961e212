/// Numbers of processors as Linux writes them: `0-3,8`.
public struct ProcessorList: Sendable, Equatable, CustomStringConvertible {
  public var numbers: [Int]

  public init(_ numbers: [Int]) { self.numbers = numbers.sorted() }

  /// `nil` for what is no list.
  public init?(_ text: String) {
    var numbers: [Int] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard ends.count <= 2, let first = ends.first ?? nil, let last = ends.last ?? nil, 0 <= first,
        first <= last, last < Pinning.mostProcessors
      else { return nil }
      numbers += first...last
    }
    guard !numbers.isEmpty else { return nil }
    self.init(numbers)
  }

  public var description: String {
    var parts: [ClosedRange<Int>] = []
    for number in numbers {
      if let last = parts.last, last.upperBound + 1 == number {
        parts[parts.count - 1] = last.lowerBound...number
      } else {
        parts.append(number...number)
      }
    }
    return parts.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
      .joined(separator: ",")
  }

  /// Those that this program may run on; `nil` where the system doesn't tell.
  static var own: ProcessorList? { allowed("/proc/self/status") }

  /// All that run.
  static var online: ProcessorList? { SystemFile.text("/sys/devices/system/cpu/online").flatMap(Self.init) }

  /// - Parameter path: A process's or thread's `status` in `/proc`.
  static func allowed(_ path: String) -> ProcessorList? { SystemFile.text(path).flatMap(allowed(status:)) }

  static func allowed(status: String) -> ProcessorList? {
    let line = status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") }
    return line.flatMap { $0.split(separator: "\t").last }.flatMap { Self(String($0)) }
  }
}
