import CLibMongoC

/// libmongoc's global state.
enum MongoLibrary {
  /// Touched before the first use of the library. It is never cleaned up: other parts of the process may use it too.
  static let start: Void = instructor_mongo_start_library()
}
