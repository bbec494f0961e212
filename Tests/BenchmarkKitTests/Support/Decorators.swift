import InstructorStore
import StoreDecorators
import Synchronization

@testable import BenchmarkKit

/// Advances the clock by a known time during each get: what a backend with that latency would do.
struct DelayedGets: InstructorRepositoryDecorator {
  let base: any InstructorRepository
  let clock: ManualMonotonicClock
  /// Nanoseconds of the n-th call, from 0.
  let latency: @Sendable (Int) -> UInt64
  let calls = CallCounter()

  func get(_ id: InstructorID) async throws(StoreError) -> Instructor {
    clock.advance(byNanoseconds: latency(calls.next()))
    return try await base.get(id)
  }
}

/// Takes its time for each get, whatever else the machine does meanwhile.
struct SlowGets: InstructorRepositoryDecorator {
  let base: any InstructorRepository

  func get(_ id: InstructorID) async throws(StoreError) -> Instructor {
    try? await Task.sleep(for: .milliseconds(2))
    return try await base.get(id)
  }
}

/// Counts bytes for what is created.
struct CountedCreates: InstructorRepositoryDecorator {
  let base: any InstructorRepository
  let written: CallCounter
  let bytesEach: Int

  func createMany(_ items: [NewInstructor]) async throws(StoreError) -> [Instructor] {
    written.add(bytesEach * items.count)
    return try await base.createMany(items)
  }
}

/// Fails some gets.
struct FailingGets: InstructorRepositoryDecorator {
  let base: any InstructorRepository
  let code: StoreError.Code
  /// Whether the n-th call fails, from 0.
  let fails: @Sendable (Int) -> Bool
  let calls = CallCounter()

  func get(_ id: InstructorID) async throws(StoreError) -> Instructor {
    guard fails(calls.next()) else { return try await base.get(id) }
    throw StoreError(code, operation: "instructors.get", backend: "failing", reason: "on purpose")
  }
}

/// Calls something before each get.
struct ObservedGets: InstructorRepositoryDecorator {
  let base: any InstructorRepository
  let observe: @Sendable (Int) -> Void
  let calls = CallCounter()

  func get(_ id: InstructorID) async throws(StoreError) -> Instructor {
    observe(calls.next())
    return try await base.get(id)
  }
}

/// Forgets the ORDER BY.
struct WrongOrder: InstructorRepositoryDecorator {
  let base: any InstructorRepository
  func list(_ filter: InstructorFilter, after: PageCursor?, limit: Int)
    async throws(StoreError) -> Page<Instructor>
  {
    var page = try await base.list(filter, after: after, limit: limit)
    page.items.reverse()
    return page
  }
}

/// Answers a create of a taken id as if it had worked.
struct SwallowedConflict: InstructorRepositoryDecorator {
  let base: any InstructorRepository
  func create(_ new: NewInstructor, isRetry: Bool) async throws(StoreError) -> Instructor {
    do throws(StoreError) {
      return try await base.create(new, isRetry: isRetry)
    } catch {
      guard error.code == .conflict, let id = new.id else { throw error }
      return Instructor(new, id: id)
    }
  }
}

/// Rounds averages to whole stars.
struct RoundedAverages: InstructorRepositoryDecorator {
  let base: any InstructorRepository
  func get(_ id: InstructorID) async throws(StoreError) -> Instructor {
    var instructor = try await base.get(id)
    instructor.averageRating = instructor.averageRating.map {
      AverageRating(tenths: ($0.tenths + 5) / 10 * 10)
    }
    return instructor
  }
}

/// The same, from a moment on.
struct LateRoundedAverages: InstructorRepositoryDecorator {
  let base: any InstructorRepository
  let isLate: @Sendable () -> Bool

  func get(_ id: InstructorID) async throws(StoreError) -> Instructor {
    isLate() ? try await RoundedAverages(base: base).get(id) : try await base.get(id)
  }
}

/// Changes nothing on an update, and answers with what is there.
struct ForgottenUpdates: InstructorRepositoryDecorator {
  let base: any InstructorRepository
  func update(_ id: InstructorID, _ patch: InstructorPatch, ifVersion: Int64?) async throws(StoreError)
    -> Instructor
  {
    try await base.get(id)
  }
}

/// Does nothing on a delete, and says it did.
struct IgnoredDeletes: InstructorRepositoryDecorator {
  let base: any InstructorRepository
  func delete(_ id: InstructorID, ifVersion: Int64?) async throws(StoreError) {}
}

final class CallCounter: Sendable {
  private let count = Atomic<Int>(0)
  func next() -> Int { count.wrappingAdd(1, ordering: .relaxed).oldValue }
  /// - Returns: The new value.
  @discardableResult
  func add(_ amount: Int) -> Int { count.wrappingAdd(amount, ordering: .relaxed).newValue }
  var value: Int { count.load(ordering: .relaxed) }
}
