import DriverKit
import InstructorStore

/// Indexes of one collection that one pass over its documents builds.
struct LoadIndexes: Sendable {
  /// An index over hundreds of millions of documents takes long, and nothing else can be done meanwhile.
  private static let timeout = Duration.seconds(4 * 3_600)

  let collection: CollectionDefinition
  let indexes: [IndexDefinition]

  /// What is to be done after a load into empty collections, the longest first: the server builds the indexes of one
  /// pass on one thread, so that those of the reviews make two.
  static var all: [LoadIndexes] {
    let half = (IndexDefinition.reviews.count + 1) / 2
    return [
      LoadIndexes(collection: .reviews, indexes: Array(IndexDefinition.reviews.prefix(half))),
      LoadIndexes(collection: .reviews, indexes: Array(IndexDefinition.reviews.dropFirst(half))),
      LoadIndexes(collection: .instructors, indexes: IndexDefinition.instructors),
    ]
  }

  func build(_ connection: MongoConnection, _ call: MongoCall) throws(StoreError) {
    do throws(CommandFailure) {
      try MaintenanceSession(connection, call, .after(Self.timeout)).createIndexes(indexes, of: collection)
    } catch {
      if error.isDuplicateKey { throw call.context.conflict(error.duplicate ?? .primaryOfCourse) }
      throw error.storeError(call.context, .write)
    }
  }
}
