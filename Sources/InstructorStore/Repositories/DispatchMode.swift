/// How a store sends calls to its database.
public enum DispatchMode: String, Sendable, CaseIterable {
  /// One call, one exchange with the server: what a benchmark of the databases themselves wants.
  case direct
  /// A free connection takes every call that waits and sends them as one exchange. A lone caller waits for nothing;
  /// values, errors and outcomes are the same as with ``direct``.
  case batched
}
