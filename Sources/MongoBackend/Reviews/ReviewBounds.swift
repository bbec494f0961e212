import InstructorStore

/// A part of an index over a course's reviews: from a key, exclusive, to the end of the course, or of its step of stars.
///
/// As for ``IndexBounds``, the server walks from the first key to the last (`min`, `max`, `hint`): a page looks at as many
/// keys as it returns, however deep it lies and however many reviews share its first key's place.
struct ReviewBounds {
  let course: CourseID
  let order: ReviewOrder
  let stars: Stars?
  let key: ReviewKey?

  init(_ course: CourseID, _ order: ReviewOrder, _ stars: Stars?, after key: ReviewKey?) {
    self.course = course
    self.order = order
    self.stars = stars
    self.key = key
  }

  private var index: StaticString {
    switch (order, stars) {
    case (.newest, nil): IndexDefinition.byNewest
    case (.mostHelpful, nil): IndexDefinition.byHelpful
    case (.newest, _): IndexDefinition.byStarsAndNewest
    case (.mostHelpful, _): IndexDefinition.byStarsAndHelpful
    }
  }

  private var rank: StaticString {
    switch order {
    case .newest: "createdAt"
    case .mostHelpful: "helpful"
    }
  }

  /// The elements `sort`, `hint`, `min` and `max` of a `find`.
  func append(to writer: inout BSONWriter) {
    writer.append("hint", index)
    writer.document("sort") { writer in
      writer.append("courseId", Int32(1))
      if stars != nil { writer.append("starHalves", Int32(1)) }
      writer.append(rank, Int32(-1))
      writer.append("_id", Int32(-1))
    }
    // Both fields descend: the highest come first.
    writer.document("min") { writer in
      appendPrefix(to: &writer)
      guard let key else {
        writer.appendMaximum(rank)
        writer.appendMaximum("_id")
        return
      }
      switch order {
      case .newest: writer.append(rank, date: key.rank)
      case .mostHelpful: writer.append(rank, key.rank)
      }
      // `min` is inclusive; ids are integers, so the one below follows the cursor's.
      writer.append("_id", key.id.rawValue - 1)
    }
    writer.document("max") { writer in
      appendPrefix(to: &writer)
      writer.appendMinimum(rank)
      writer.appendMinimum("_id")
    }
  }

  private func appendPrefix(to writer: inout BSONWriter) {
    writer.append("courseId", course.rawValue)
    if let stars { writer.append("starHalves", Int32(truncatingIfNeeded: stars.halves)) }
  }
}
