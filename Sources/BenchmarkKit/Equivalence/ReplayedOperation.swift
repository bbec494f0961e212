import InstructorStore

/// One operation that was asked of one backend, and its answer, as canonical text.
struct ReplayedOperation: Sendable, Equatable {
  var operation: String
  var answer: String
  /// The backend could not answer at all (it is gone, or too slow): no statement about equivalence.
  var failure: StoreError?

  static func == (left: Self, right: Self) -> Bool {
    // By bytes: String's own equality would call two different Unicode forms equal.
    left.operation.utf8.elementsEqual(right.operation.utf8)
      && left.answer.utf8.elementsEqual(right.answer.utf8)
  }

  init<Answer: CanonicalAnswer>(
    _ operation: String, _ call: () async throws(StoreError) -> Answer
  ) async {
    self.operation = operation
    do throws(StoreError) {
      answer = try await call().canonicalText
    } catch {
      answer = CanonicalText.of(error)
      switch error.code {
      case .unreachable, .authenticationFailed, .poolExhausted, .cancelled, .closed, .timeout: failure = error
      default: break
      }
    }
  }
}
