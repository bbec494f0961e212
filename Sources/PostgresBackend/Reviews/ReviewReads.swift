import InstructorStore

/// The statements that read reviews.
///
/// Each finds its reviews first, as many as are asked for and in order, and joins their authors then: whatever the server
/// believes about a course's size, it walks an index and stops.
enum ReviewReads {
  private static let columns = ReviewRow.columns
  private static let storedColumns = ReviewRow.storedColumns.joined(separator: ", ")

  static let get = Lookup(
    one: get(ids: "= $1::bigint"), many: get(ids: "= ANY($1::bigint[])"), keyColumn: 0
  ) { result, rows, _ throws(DecodingFailure) -> Review? in
    try rows.first.map { (row) throws(DecodingFailure) in try ReviewRow.decode(result, row) }
  }

  private static func get(ids condition: String) -> Statement {
    Statement(
      "SELECT \(columns) FROM reviews v JOIN reviewers r ON r.id = v.reviewer_id WHERE v.id \(condition)")
  }

  /// The shapes of a listing, each with its place in the table of statements.
  struct Shape: Sendable {
    var order: ReviewOrder
    var hasStars: Bool
    var isSearch: Bool
    var hasCursor: Bool

    init(_ listing: ReviewListing, hasCursor: Bool) {
      switch listing {
      case .page(_, let order, let stars):
        self.order = order
        hasStars = stars != nil
        isSearch = false
      case .search:
        order = .newest
        hasStars = false
        isSearch = true
      }
      self.hasCursor = hasCursor
    }

    fileprivate init(number: Int) {
      order = number & 1 == 0 ? .newest : .mostHelpful
      hasStars = number & 2 != 0
      isSearch = number & 4 != 0
      hasCursor = number & 8 != 0
    }

    fileprivate var number: Int {
      (order == .newest ? 0 : 1) + (hasStars ? 2 : 0) + (isSearch ? 4 : 0) + (hasCursor ? 8 : 0)
    }

    /// With parameters from $3 on; $1 is the course, $2 the limit.
    fileprivate var sql: String {
      let rank = order == .newest ? "created_at" : "helpful"
      var next = 2
      func parameter(_ type: String) -> String {
        next += 1
        return "$\(next)::\(type)"
      }
      var conditions = ["course_id = $1::bigint"]
      if hasStars { conditions.append("stars = \(parameter("smallint"))") }
      // With the collation "C", lower() folds A-Z and nothing else. The pattern is a literal text.
      if isSearch {
        conditions.append("strpos(lower(comment), lower(\(parameter("text")) COLLATE \"C\")) > 0")
      }
      if hasCursor { conditions.append("(\(rank), id) < (\(parameter("bigint")), \(parameter("bigint")))") }
      return """
        SELECT \(columns) FROM (
          SELECT \(storedColumns) FROM reviews WHERE \(conditions.joined(separator: " AND "))
            ORDER BY \(rank) DESC, id DESC LIMIT $2::bigint) v
          JOIN reviewers r ON r.id = v.reviewer_id ORDER BY v.\(rank) DESC, v.id DESC
        """
    }
  }

  private static let lists = (0..<16).map { Statement(Shape(number: $0).sql) }

  static func list(_ shape: Shape) -> Statement { lists[shape.number] }

  static func bind(
    _ listing: ReviewListing, after key: ReviewKey?, limit: Int, _ parameters: ParameterBuffer
  ) {
    switch listing {
    case .page(let course, _, let stars):
      parameters.append(course.rawValue)
      parameters.append(Int64(limit))
      if let stars { parameters.append(smallint: stars.halves) }
    case .search(let course, let text):
      parameters.append(course.rawValue)
      parameters.append(Int64(limit))
      parameters.append(text)
    }
    if let key {
      parameters.append(key.rank)
      parameters.append(key.id.rawValue)
    }
  }

  /// The rating and the first page, of one snapshot: the rating's columns before those of each review. One row, with nulls
  /// for what there isn't, where the course has no review.
  static let summary = Statement(
    """
    SELECT \(RatingRow.columns), \(columns)
      FROM (SELECT $1::bigint AS course_id) k
      LEFT JOIN course_ratings c ON c.course_id = k.course_id
      LEFT JOIN LATERAL (
        SELECT \(storedColumns) FROM reviews WHERE course_id = k.course_id
          ORDER BY created_at DESC, id DESC LIMIT $2::bigint) v ON true
      LEFT JOIN reviewers r ON r.id = v.reviewer_id
      ORDER BY v.created_at DESC, v.id DESC
    """)
}
