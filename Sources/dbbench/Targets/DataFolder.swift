import BenchmarkKit
import EphemeralServers

/// Where a server keeps its data.
enum DataFolder {
  /// The kind of file system; `nil` where that can't be seen from here: the server is elsewhere, or in a container of its
  /// own, or doesn't say where its data is.
  static func fileSystem(_ folder: String?, of url: String) -> String? {
    guard let folder, ServerAddress(url).isThisMachine else { return nil }
    let type = FileSystemType.ofPath(folder)
    return type == "overlay" && FileSystemType.isVolatile(folder) ? DurabilitySetting.volatileOverlay : type
  }
}
