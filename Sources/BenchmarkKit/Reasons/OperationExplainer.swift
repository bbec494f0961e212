public import InstructorStore

/// Finds out how a server runs what a store sends to it. Not for timed work; calls must not overlap.
public protocol OperationExplainer: Sendable {
  /// Over one connection, each call sent by itself.
  var store: any StorageBackend { get }

  /// From now on what ``store`` sends is taken down.
  func beginRecording() async throws

  /// Ends the recording and returns the statements that were sent, in order, and how the server ran them.
  ///
  /// - Parameter restoring: Brings about the state at the beginning of the recording, for an explainer that runs the
  ///   statements again (and undoes that). Called once, after the recording.
  func explainRecorded(restoring: () async throws -> Void) async throws -> [ExplainedStatement]

  func close() async
}
