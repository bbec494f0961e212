import InstructorStore

let store: any StorageBackend = InMemoryStore()
try await store.migrate()
let grace = try await store.instructors.create(
  NewInstructor(firstName: "Grace", lastName: "Hopper", courses: [.primary(42)]))
let team = try await store.instructors.team(of: 42)
guard team.primary == grace, team.assistants.isEmpty else { throw Unexpected() }
do {
  _ = try await store.instructors.create(
    NewInstructor(firstName: "Ada", lastName: "Lovelace", courses: [.primary(42)]))
  throw Unexpected()
} catch let error as StoreError {
  guard error.code == .conflict, error.constraint == .primaryOfCourse else { throw error }
}
await store.close()
print("consumer: ok")

struct Unexpected: Error {}
