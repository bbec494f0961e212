import InstructorStore

extension StorageBackend {
  /// Stands in while the backends get the reviews domain; goes when the last of them has it.
  var hasReviews: Bool {
    get async {
      do throws(StoreError) {
        _ = try await ratings.get(1)
        return true
      } catch {
        return error.backend != "pending"
      }
    }
  }
}
