@testable import DriverKit

/// A value that tasks and driver threads share.
final class Shared<Value: Sendable>: Sendable {
  private let state: Locked<Value>

  init(_ value: Value) { state = Locked(value) }

  var value: Value { state.withLock { $0 } }

  @discardableResult
  func update<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
    state.withLock { value in body(&value) }
  }
}

extension Shared where Value == [Int] {
  func append(_ number: Int) { update { $0.append(number) } }
}
