import Testing

@testable import InstructorStore

@Suite struct OrderedRowsTests {
  private func row(_ last: String, _ first: String, _ id: Int64) -> InMemoryRow {
    InMemoryRow(Instructor(NewInstructor(firstName: first, lastName: last), id: InstructorID(id)))
  }

  private func contents(
    _ rows: OrderedRows<InMemoryRow>, from start: OrderedRows<InMemoryRow>.Position? = nil
  ) -> [InMemoryRow] {
    var found: [InMemoryRow] = []
    rows.scan(from: start ?? rows.start) {
      found.append($0)
      return true
    }
    return found
  }

  /// Random insertions and removals against a plain sorted array, through splits and emptied chunks.
  @Test func behavesAsASortedArray() {
    var random = SystemRandomNumberGenerator()
    var rows = OrderedRows<InMemoryRow>()
    var model: [InMemoryRow] = []
    let names = ["a", "ab", "b", "\u{E9}", "e\u{301}", "Z"]
    for step in 0..<6_000 {
      // Grows to some thousands of rows, then shrinks to none.
      if model.isEmpty || (step < 3_600 ? Int.random(in: 0..<8, using: &random) > 0 : false) {
        let new = row(
          names.randomElement(using: &random) ?? "a", names.randomElement(using: &random) ?? "a",
          Int64(step + 1))
        rows.insert(new)
        let place = model.partitioningIndex {
          InstructorKey.precedes(InstructorKey(new.instructor), InstructorKey($0.instructor))
        }
        model.insert(new, at: place)
      } else {
        rows.remove(model.remove(at: Int.random(in: 0..<model.count, using: &random)))
      }
      #expect(rows.count == model.count)
      guard step % 300 == 0 || model.count < 3 else { continue }
      let found = contents(rows)
      #expect(found.count == model.count && zip(found, model).allSatisfy { $0 === $1 })
      for name in names {
        let key = InstructorKey(lastName: name, firstName: "b", id: InstructorID(Int64(step / 2)))
        let before = model.count { InstructorKey.precedes(InstructorKey($0.instructor), key) }
        #expect(rows.count(from: rows.start, to: rows.start(from: key)) == before)
        #expect(rows.count(from: rows.start(from: key), to: rows.end) == model.count - before)
        let next = model.first { InstructorKey.precedes(key, InstructorKey($0.instructor)) }
        #expect(contents(rows, from: rows.start(after: key)).first === next)
      }
    }
    #expect(rows.count == model.count)
  }

  @Test func removingWhatIsNotThereDoesNothing() {
    var rows = OrderedRows<InMemoryRow>()
    rows.remove(row("a", "a", 1))
    rows.insert(row("a", "a", 1))
    rows.remove(row("a", "a", 2))
    rows.remove(row("b", "a", 1))
    #expect(rows.count == 1)
  }

  @Test func emptyOneHasOneEnd() {
    let rows = OrderedRows<InMemoryRow>()
    #expect(contents(rows).isEmpty && rows.count(from: rows.start, to: rows.end) == 0)
    #expect(
      contents(rows, from: rows.start(from: InstructorKey(lastName: "a", firstName: "a", id: 1))).isEmpty)
  }

  @Test func ascendingRowsStayInFewChunks() {
    var rows = OrderedRows<InMemoryRow>()
    let all = (1...5_000).map { row("a", "a", Int64($0)) }
    for row in all { rows.insert(row) }
    #expect(contents(rows).map(\.instructor.id) == all.map(\.instructor.id))
    for row in all.reversed() { rows.remove(row) }
    #expect(rows.count == 0 && contents(rows).isEmpty)
  }

  @Test func textKeysAreBytes() {
    #expect(TextKey("Jos\u{E9}") != TextKey("Jose\u{301}"))
    #expect(Set([TextKey("Jos\u{E9}"), TextKey("Jose\u{301}"), TextKey("Jos\u{E9}")]).count == 2)
  }
}
