import InstructorStore

/// Throws a ``ConformanceFailure`` unless `condition` holds.
func expect(
  _ condition: Bool, _ expectation: @autoclosure () -> String, file: String = #fileID, line: Int = #line
) throws {
  if !condition { throw ConformanceFailure("expected \(expectation())", file: file, line: line) }
}

func expectEqual<Value: Equatable>(
  _ actual: Value, _ expected: Value, _ what: @autoclosure () -> String, file: String = #fileID,
  line: Int = #line
) throws {
  guard actual != expected else { return }
  throw ConformanceFailure(
    "\(what()): expected \(brief(expected)), got \(brief(actual))", file: file, line: line)
}

/// Runs a call that must fail with exactly this error, with nothing applied.
/// - Parameter constraint: What the error must name; `nil` where it must name none.
/// - Parameter index: The same for `createMany`.
/// - Returns: The error, for further checks.
@discardableResult
func expectError<Answer>(
  _ code: StoreError.Code, constraint: Constraint? = nil, index: Int? = nil, of what: String = "the call",
  file: String = #fileID, line: Int = #line, _ body: () async throws -> Answer
) async throws -> StoreError {
  let wanted = constraint.map { "\(code) [\($0.rawValue)]" } ?? "\(code)"
  let answer: Answer
  do {
    answer = try await body()
  } catch let error as StoreError {
    func fail(_ message: String) -> ConformanceFailure {
      ConformanceFailure("\(what): expected \(wanted), got \(message)", file: file, line: line)
    }
    guard error.code == code else { throw fail("\(error)") }
    guard error.constraint == constraint else { throw fail("\(error)") }
    guard error.index == index else {
      throw fail(
        "index \(error.index.map(String.init) ?? "none") instead of \(index.map(String.init) ?? "none")")
    }
    guard error.outcome == .notApplied else {
      throw fail("outcome \(error.outcome) where nothing was applied")
    }
    return error
  }
  throw ConformanceFailure("\(what): expected \(wanted), got \(brief(answer))", file: file, line: line)
}

/// The value in at most 300 characters: a page of a thousand instructors explains nothing.
private func brief(_ value: some Any) -> String {
  let text = String(describing: value)
  return text.count <= 300 ? text : "\(text.prefix(300))…"
}

extension StorageBackend {
  /// Whether the stored instructor is exactly this one.
  func expectStored(_ instructor: Instructor, file: String = #fileID, line: Int = #line) async throws {
    try expectEqual(try await instructors.get(instructor.id), instructor, "as stored", file: file, line: line)
  }

  func expectAbsent(_ id: InstructorID, file: String = #fileID, line: Int = #line) async throws {
    let found = try await instructors.get([id])
    try expectEqual(found, [nil], "an instructor that must not be there", file: file, line: line)
  }
}
