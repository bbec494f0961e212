import Foundation
import InstructorStore
import StoreConformance
import StoreDecorators

/// What a handle with ``Defect/staleReads`` has read before.
private actor Copies {
  private var instructors: [InstructorID: Instructor] = [:]
  func copy(of id: InstructorID) -> Instructor? { instructors[id] }
  func keep(_ instructor: Instructor) { instructors[instructor.id] = instructor }
}

/// The in-memory repository with the one defect.
struct BrokenInstructors: InstructorRepositoryDecorator {
  let base: any InstructorRepository
  let defect: Defect
  /// Of one handle: each has its own repository.
  private let copies = Copies()

  init(base: any InstructorRepository, defect: Defect) {
    self.base = base
    self.defect = defect
  }

  func create(_ new: NewInstructor, isRetry: Bool) async throws(StoreError) -> Instructor {
    var new = new
    if defect == .normalisedTexts {
      new.firstName = new.firstName.precomposedStringWithCanonicalMapping
      new.lastName = new.lastName.precomposedStringWithCanonicalMapping
    }
    do throws(StoreError) {
      return try await base.create(new, isRetry: isRetry)
    } catch {
      if defect == .swallowedPrimaryConflict, error.constraint == .primaryOfCourse {
        return Instructor(new, id: new.id ?? 1)
      }
      throw spoiled(error)
    }
  }

  func createMany(_ items: [NewInstructor]) async throws(StoreError) -> [Instructor] {
    switch defect {
    case .createManyInPieces:
      if items.isEmpty || items.count > 1_000 { return try await base.createMany(items) }
      var created: [Instructor] = []
      for (index, item) in items.enumerated() {
        do throws(StoreError) {
          created.append(try await base.create(item))
        } catch {
          var error = error
          error.index = index
          throw error
        }
        await Task.yield()
      }
      return created
    case .normalisedTexts:
      return try await base.createMany(
        items.map { item in
          var item = item
          item.firstName = item.firstName.precomposedStringWithCanonicalMapping
          item.lastName = item.lastName.precomposedStringWithCanonicalMapping
          return item
        })
    default:
      do throws(StoreError) { return try await base.createMany(items) } catch { throw spoiled(error) }
    }
  }

  func get(_ id: InstructorID) async throws(StoreError) -> Instructor {
    switch defect {
    case .ignoredDeadline:
      return try await withoutDeadline { () throws(StoreError) in try await base.get(id) }
    case .staleReads:
      if let copy = await copies.copy(of: id) { return copy }
      let read = try await base.get(id)
      await copies.keep(read)
      return read
    default: return try await base.get(id)
    }
  }

  func update(_ id: InstructorID, _ patch: InstructorPatch, ifVersion: Int64?)
    async throws(StoreError) -> Instructor
  {
    try await base.update(id, patch, ifVersion: defect == .ignoredVersion ? nil : ifVersion)
  }

  func team(of course: CourseID) async throws(StoreError) -> CourseTeam {
    guard defect == .teamCutShort else { return try await base.team(of: course) }
    do throws(StoreError) {
      return try await base.team(of: course)
    } catch {
      if error.code != .resourceExhausted { throw error }
      return CourseTeam(courseID: course, primary: try await base.primary(of: course), assistants: [])
    }
  }

  func assign(_ assignment: CourseAssignment, to id: InstructorID, ifVersion: Int64?)
    async throws(StoreError) -> Instructor
  {
    do throws(StoreError) {
      return try await base.assign(assignment, to: id, ifVersion: ifVersion)
    } catch { throw spoiled(error) }
  }

  func replacePrimary(of course: CourseID, with id: InstructorID) async throws(StoreError) -> InstructorID? {
    guard defect == .replacePrimaryInTwoSteps else {
      return try await base.replacePrimary(of: course, with: id)
    }
    let former = try await base.primary(of: course)
    if let former { _ = try await base.unassign(course, from: former.id) }
    await Task.yield()
    _ = try await base.assign(.primary(course), to: id)
    return former?.id
  }

  func list(_ filter: InstructorFilter, after: PageCursor?, limit: Int)
    async throws(StoreError) -> Page<Instructor>
  {
    var page = try await base.list(filter, after: after, limit: limit)
    switch defect {
    case .forgottenOrder: page.items.sort { $0.id < $1.id }
    case .cursorAfterTheEnd:
      if page.next == nil, let last = page.items.last {
        page.next = PageCursor(after: InstructorKey(last), filter: filter)
      }
    default: break
    }
    return page
  }

  private func spoiled(_ error: StoreError) -> StoreError {
    guard defect == .namelessConstraint else { return error }
    var error = error
    error.constraint = nil
    return error
  }

  private func withoutDeadline<Answer>(
    _ body: () async throws(StoreError) -> Answer
  ) async throws(StoreError) -> Answer {
    do {
      return try await withStoreTimeout(.seconds(3_600)) { try await body() }
    } catch let error as StoreError {
      throw error
    } catch {
      throw StoreError(.internalError, operation: "get", backend: "memory", reason: "unexpected error")
    }
  }
}
