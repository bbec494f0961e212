/// The JSON object of a load.
extension LoadReport: Encodable {
  private enum Key: String, CodingKey {
    case backend, instructors, courseAssignments, reviewers, reviews, ratings, elapsedSeconds, rowsPerSecond,
      settleSeconds, peakClientBytes, resumed, phases, checkSeconds, sizes
  }

  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(name, forKey: .backend)
    try object.encode(instructors, forKey: .instructors)
    try object.encode(assignments, forKey: .courseAssignments)
    try object.encode(reviewers, forKey: .reviewers)
    try object.encode(reviews, forKey: .reviews)
    try object.encode(ratings, forKey: .ratings)
    try object.encode(elapsedSeconds, forKey: .elapsedSeconds)
    try object.encode(rowsPerSecond, forKey: .rowsPerSecond)
    try object.encode(isResumed, forKey: .resumed)
    try object.encode(settleSeconds, forKey: .settleSeconds)
    try object.encode(peakClientBytes, forKey: .peakClientBytes)
    try object.encode(phases, forKey: .phases)
    try object.encode(checkSeconds, forKey: .checkSeconds)
    try object.encode(sizes, forKey: .sizes)
  }
}
