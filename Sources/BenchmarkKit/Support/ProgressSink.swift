/// Where a benchmark says what it is doing. Called from any thread; must return quickly.
public struct ProgressSink: Sendable {
  /// A step that begins or is done: worth a line of its own.
  public var step: @Sendable (String) -> Void
  /// How far the current step is: may replace the previous update, or be left out.
  public var update: @Sendable (String) -> Void

  public init(
    step: @escaping @Sendable (String) -> Void, update: @escaping @Sendable (String) -> Void
  ) {
    self.step = step
    self.update = update
  }

  public static let none = ProgressSink(step: { _ in }, update: { _ in })
}
