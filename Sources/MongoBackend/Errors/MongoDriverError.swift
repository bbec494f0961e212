/// What the MongoDB server or libmongoc itself said, as `StoreError.underlying`.
///
/// For logs. The message may hold values of the stored document.
public struct MongoDriverError: Error, Sendable {
  /// The server's error code, 0 where there is none.
  public let code: Int32
  public let message: String
}
