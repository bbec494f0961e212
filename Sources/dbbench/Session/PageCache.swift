#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the system keeps in memory of files.
enum PageCache {
  /// Writes out what is dirty, so that all of it can go, and drops it. `false` where the system doesn't let us: only root
  /// may on Linux, and not in every container.
  static func drop() -> Bool {
    #if os(Linux)
      sync()
      let descriptor = open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC)
      guard descriptor >= 0 else { return false }
      defer { close(descriptor) }
      // 3: pages, and what is known of folders and files.
      return write(descriptor, "3", 1) == 1
    #else
      return false
    #endif
  }
}
