import InstructorStore

func quickStart(_ store: any StorageBackend) async throws {
  try await store.migrate()
  let grace = try await store.instructors.create(
    NewInstructor(firstName: "Grace", lastName: "Hopper", organization: "Yale", courses: [.primary(42)]))
  let alan = try await store.instructors.create(NewInstructor(firstName: "Alan", lastName: "Turing"))
  _ = try await store.instructors.assign(.assistant(42), to: alan.id)

  let team = try await store.instructors.team(of: 42)
  print(team.primary?.lastName ?? "nobody", team.assistants.map(\.lastName))  // Hopper ["Turing"]

  do {
    _ = try await store.instructors.assign(.primary(42), to: alan.id)
  } catch {
    guard error.code == .conflict else { throw error }
    print(error.constraint?.rawValue ?? "")  // course_assignment: he is on the course already
  }
  try await store.instructors.replacePrimary(of: 42, with: alan.id)  // atomically; Grace leaves the course

  let page = try await store.instructors.list(InstructorFilter(lastNamePrefix: "Ho"), limit: 20)
  print(page.items.map(\.firstName), page.next == nil)  // ["Grace"] true

  let quick = try await withStoreTimeout(.milliseconds(200)) { try await store.instructors.get(grace.id) }
  print(quick.version)  // 2: leaving the course was a change
}
