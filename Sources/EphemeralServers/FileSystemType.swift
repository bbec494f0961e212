/// Which kind of file system a path is on.
package enum FileSystemType {
  /// The type's name as the system mounts it, for example `ext4`, `overlay` or `tmpfs`; `nil` if unknown.
  package static func ofPath(_ path: String) -> String? { mount(of: path)?.type }

  /// Whether the file system was mounted with `volatile`: an overlay that does nothing when it is asked to flush.
  package static func isVolatile(_ path: String) -> Bool {
    mount(of: path)?.options.contains("volatile") == true
  }

  private static func mount(of path: String) -> Mount? {
    #if os(Linux)
      guard let path = canonicalPath(path), let bytes = readSmallFile("/proc/self/mounts") else { return nil }
      return find(path, mounts: String(decoding: bytes, as: UTF8.self))
    #else
      return nil
    #endif
  }

  struct Mount {
    var type: String
    var options: [String]
  }

  /// The mount whose folder is the longest that holds `path`; of two on the same folder the later one hides the earlier.
  static func find(_ path: String, mounts: String) -> Mount? {
    var best: (length: Int, mount: Mount)?
    for line in mounts.split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard fields.count >= 3 else { continue }
      let folder = fields[1] == "/" ? "" : String(fields[1])
      guard folder.isEmpty || path == folder || path.utf8.starts(with: (folder + "/").utf8) else { continue }
      guard folder.utf8.count >= best?.length ?? 0 else { continue }
      let options = fields.count > 3 ? fields[3].split(separator: ",").map(String.init) : []
      best = (folder.utf8.count, Mount(type: String(fields[2]), options: options))
    }
    return best?.mount
  }

  /// Whether what is stored there is gone after a power cut, however often it is synced.
  static func isInMemory(_ path: String) -> Bool {
    ["tmpfs", "ramfs"].contains(ofPath(path))
  }
}
