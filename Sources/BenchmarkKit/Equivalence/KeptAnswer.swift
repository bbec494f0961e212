import InstructorStore

/// The answer to one operation of a timed slice, kept to be compared with the other arm's answer when nothing is timed.
struct KeptAnswer: Sendable {
  /// Of the operation in its trace.
  var index: Int
  var answer: any CanonicalAnswer

  init(index: Int, answer: any CanonicalAnswer) {
    self.index = index
    self.answer = answer
  }

  /// `nil` for an error that says how busy, or how far away, a server was, and nothing about the data: the other arm may have got
  /// an answer to the same.
  init?(index: Int, error: StoreError) {
    switch error.code {
    case .contended, .timeout, .cancelled, .poolExhausted, .unreachable, .authenticationFailed, .readOnly,
      .resourceExhausted, .closed:
      return nil
    default: self.init(index: index, answer: ErrorAnswer(canonicalText: CanonicalText.of(error)))
    }
  }
}

private struct ErrorAnswer: CanonicalAnswer {
  var canonicalText: String
}

/// Answers of timed operations that both arms gave, and that are equal.
struct ComparedAnswers: Sendable, Equatable {
  var count = 0
  /// The sum of their digests: the same for both arms.
  var hash: UInt64 = 0
}
