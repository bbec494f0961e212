import InstructorStore

/// What `dbbench explain` does: loads targets and explains workloads on each.
public struct Explaining: Sendable {
  /// A workload on one target.
  public struct Found: Sendable, Encodable {
    public var workload: String
    public var backend: String
    public var displayName: String
    public var explanation: WorkloadExplanation
  }

  let settings: RunSettings
  let progress: ProgressSink

  public init(settings: RunSettings, progress: ProgressSink) {
    self.settings = settings
    self.progress = progress
  }

  /// Targets without statements are passed over.
  public func run(_ workloads: [PreparedWorkload], on targets: [any BenchmarkTarget]) async throws -> [Found]
  {
    var found: [Found] = []
    for target in targets {
      let loader = Loader(catalog: settings.catalog, options: settings.options, progress: progress)
      let (arm, _) = try await loader.load(target)
      await arm.store.close()
      guard
        let explainer = try await Loader.naming(
          "opening \(target.displayName)",
          {
            try await target.explainer(settings.options)
          })
      else { continue }
      do {
        for workload in workloads {
          progress.update("explaining \(workload.name) on \(target.displayName)")
          let run = ExplanationRun(workload: workload, explainer: explainer, name: target.displayName)
          found.append(
            Found(
              workload: workload.name, backend: target.name, displayName: target.displayName,
              explanation: try await run.run()))
        }
        await explainer.close()
      } catch {
        await explainer.close()
        throw error
      }
    }
    return found
  }
}
