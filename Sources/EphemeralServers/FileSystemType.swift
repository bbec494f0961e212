/// Which kind of file system a path is on.
enum FileSystemType {
  /// The type's name as the system mounts it, for example `ext4`, `overlay` or `tmpfs`; `nil` if unknown.
  static func ofPath(_ path: String) -> String? {
    #if os(Linux)
      guard let path = canonicalPath(path), let bytes = readSmallFile("/proc/self/mounts") else { return nil }
      return find(path, mounts: String(decoding: bytes, as: UTF8.self))
    #else
      return nil
    #endif
  }

  /// The type of the mount whose folder is the longest that holds `path`; of two on the same folder the
  /// later one hides the earlier.
  static func find(_ path: String, mounts: String) -> String? {
    var best: (length: Int, type: String)?
    for line in mounts.split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard fields.count >= 3 else { continue }
      let folder = fields[1] == "/" ? "" : String(fields[1])
      guard folder.isEmpty || path == folder || path.utf8.starts(with: (folder + "/").utf8) else { continue }
      if folder.utf8.count >= best?.length ?? 0 { best = (folder.utf8.count, String(fields[2])) }
    }
    return best?.type
  }

  /// Whether what is stored there is gone after a power cut, however often it is synced.
  static func isInMemory(_ path: String) -> Bool {
    ["tmpfs", "ramfs"].contains(ofPath(path))
  }
}
