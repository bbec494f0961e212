#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the disk under the servers' data promises.
enum DiskFindings {
  static func fileSystem(
    _ folder: String, type: String?, mounts: String? = SystemFile.text("/proc/self/mounts")
  ) -> Finding {
    guard let type else { return .unknown("file system") }
    let value = "\(type) under \(folder)"
    switch type {
    case "tmpfs", "ramfs":
      return Finding(
        "file system", value, .bad,
        fix: "set TMPDIR to a folder on a disk: in memory no setting makes a server durable")
    case "overlay":
      let isVolatile = mounts?.split(separator: "\n").contains {
        $0.hasPrefix("overlay ") && $0.contains("volatile")
      }
      return isVolatile == true
        ? Finding(
          "file system", value + ", volatile", .bad,
          fix: "set TMPDIR to a volume: this one ignores every flush")
        : Finding(
          "file system", value, .note,
          fix:
            "set TMPDIR to a volume: a container's own layer adds copies and is not where production keeps data"
        )
    default:
      return Finding("file system", value)
    }
  }

  private static let neededBytes = 5 << 30

  static func freeSpace(_ folder: String) -> Finding {
    var status = statvfs()
    guard statvfs(folder, &status) == 0 else { return .unknown("free space") }
    let bytes = Int(clamping: UInt64(status.f_bavail) &* UInt64(status.f_frsize))
    let value = "\(Quantity.bytes(bytes)) free"
    return bytes >= neededBytes
      ? Finding("free space", value)
      : Finding(
        "free space", value, .bad, fix: "free 5 GiB there, or set TMPDIR: logs and data grow while it runs")
  }

  static func flush(_ histogram: LatencyHistogram?, _ folder: String) -> Finding {
    guard let histogram, let p50 = histogram.nanoseconds(atPercent: 50) else {
      return .unknown("flush", "can't write in \(folder)")
    }
    let value =
      "8 KiB safe in \(Quantity.latency(p50)) at p50, \(Quantity.latency(histogram.nanoseconds(atPercent: 99))) at p99"
    switch p50 {
    case ..<20_000:
      return Finding(
        "flush", value, .note,
        fix: "no disk is that fast: it acknowledges before it stores; durable figures hold for this disk only"
      )
    case ..<20_000_000:
      return Finding("flush", value)
    default:
      return Finding("flush", value, .note, fix: "a slow disk: single writes will show it and little else")
    }
  }
}
