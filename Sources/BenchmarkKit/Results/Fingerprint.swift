/// What makes two results comparable: the machine, the servers with their settings, the data.
public struct Fingerprint: Sendable, Codable, Equatable {
  public struct Machine: Sendable, Codable, Equatable {
    public var cpu: String
    public var cores: Int
    /// For example `Linux 6.1.0-18-amd64 x86_64`.
    public var kernel: String
    public var memoryBytes: Int?
    /// The processors that the program may run on, for example `0-3`.
    public var pinning: String
    /// `release` or `debug`.
    public var clientBuild: String
  }

  public struct ArmEnvironment: Sendable, Codable, Equatable {
    public var name: String
    /// Versions and settings, read back from the server.
    public var environment: [String: String]
  }

  public var machine: Machine
  public var arms: [ArmEnvironment]
  /// Names the data.
  public var catalog: String

  /// What differs and must not, one text for each; empty where results may be compared.
  ///
  /// The listed subset: processor, cores, kernel version (first two parts), pinning, client build, each arm's server versions
  /// and settings, and the data. Memory and the rest of the kernel's name are for the reader only.
  public func differences(from other: Fingerprint) -> [String] {
    var differences: [String] = []
    func compare(_ name: String, _ own: String, _ theirs: String) {
      if own != theirs { differences.append("\(name): \(theirs) then, \(own) now") }
    }
    compare("processor", machine.cpu, other.machine.cpu)
    compare("cores", String(machine.cores), String(other.machine.cores))
    compare("kernel", Self.majorVersion(machine.kernel), Self.majorVersion(other.machine.kernel))
    compare("pinning", machine.pinning, other.machine.pinning)
    compare("client build", machine.clientBuild, other.machine.clientBuild)
    compare("catalog", catalog, other.catalog)
    compare("arms", arms.map(\.name).joined(separator: ", "), other.arms.map(\.name).joined(separator: ", "))
    for (own, theirs) in zip(arms, other.arms) {
      for key in Set(own.environment.keys).union(theirs.environment.keys).sorted() {
        compare("\(own.name) \(key)", own.environment[key] ?? "unset", theirs.environment[key] ?? "unset")
      }
    }
    return differences
  }

  /// A short name for the listed subset: equal for equal ones.
  public var identifier: String {
    var digest = TraceDigest()
    digest.add(machine.cpu)
    digest.add(machine.cores)
    digest.add(Self.majorVersion(machine.kernel))
    digest.add(machine.pinning)
    digest.add(machine.clientBuild)
    digest.add(catalog)
    for arm in arms {
      digest.add(arm.name)
      for (key, value) in arm.environment.sorted(by: { $0.key < $1.key }) {
        digest.add(key)
        digest.add(value)
      }
    }
    return traceHashText(digest.value)
  }

  /// `Linux 6.1` of `Linux 6.1.0-18-amd64 x86_64`.
  private static func majorVersion(_ kernel: String) -> String {
    let parts = kernel.split(separator: " ")
    guard parts.count > 1 else { return kernel }
    return "\(parts[0]) " + parts[1].split(separator: ".").prefix(2).joined(separator: ".")
  }
}
