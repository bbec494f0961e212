import InstructorStore

/// The `bulk-load` workload: whole loads into an empty place of their own, the two arms in turn.
public struct BulkLoadRounds: Sendable {
  let catalog: BenchmarkCatalog
  let options: TargetOptions
  let progress: ProgressSink

  /// - Parameter catalog: What each load loads; see ``ComparisonPlan/loadedInstructors``.
  public init(catalog: BenchmarkCatalog, options: TargetOptions, progress: ProgressSink) {
    self.catalog = catalog
    self.options = options
    self.progress = progress
  }

  /// Loads once into `target`, which is made for it and removed afterwards, whatever happens.
  public func load(_ target: any BenchmarkTarget) async throws -> LoadReport {
    do {
      let (arm, report) = try await Loader(catalog: catalog, options: options, progress: .none).load(target)
      await arm.store.close()
      try await target.remove()
      return report
    } catch {
      // The task may be cancelled already: what was made has to go all the same.
      await Task { try? await target.remove() }.value
      throw error
    }
  }

  /// Adds `loads` of each of two targets to the result, in the order ABBAAB.
  public func run(
    _ targets: (any BenchmarkTarget, any BenchmarkTarget), loads: Int, into result: inout ComparisonResult
  )
    async
  {
    do {
      for number in 0..<loads {
        for arm in number % 2 == 0 ? [0, 1] : [1, 0] {
          let target = arm == 0 ? targets.0 : targets.1
          progress.update("bulk-load \(number + 1) of \(loads) on \(target.displayName)")
          result.bulkLoads[arm].append(try await load(target))
        }
      }
      progress.step("bulk-load done, \(loads) loads each")
    } catch {
      result.stopped = .init(error)
    }
  }
}
