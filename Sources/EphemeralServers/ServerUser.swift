#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The user that PostgreSQL runs as when we are root: it refuses to run as root.
struct ServerUser: Sendable, Equatable {
  let name: String
  let userID: uid_t
  let groupID: gid_t
  /// The words in front of a shell script that run it as this user.
  let prefix: [String]

  /// `nil` when we aren't root: then servers run as ourselves.
  ///
  /// - Throws: `folderUnusable` when root has no such user or no program to become it.
  static func forPostgres(tools: [Tool] = Tool.allCases) throws(EphemeralServersError) -> ServerUser? {
    guard geteuid() == 0 else { return nil }
    let name = "postgres"
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: 16 * 1024)
    guard getpwnam_r(name, &entry, &buffer, buffer.count, &found) == 0, found != nil else {
      throw EphemeralServersError(
        .folderUnusable, server: .postgres,
        "PostgreSQL doesn't run as root and there is no user postgres; run as another user, or add that user")
    }
    guard let prefix = prefix(becoming: name, with: tools) else {
      throw EphemeralServersError(
        .binaryMissing, server: .postgres,
        "PostgreSQL doesn't run as root; install setpriv, runuser or su, or run as another user")
    }
    return ServerUser(name: name, userID: entry.pw_uid, groupID: entry.pw_gid, prefix: prefix)
  }

  /// The programs that become another user, best first. setpriv becomes the command; the others stay as
  /// its parent, so the command's process number isn't the one that was started.
  enum Tool: String, CaseIterable {
    case setpriv, runuser, su

    var path: String? {
      ["/usr/bin", "/bin", "/usr/sbin", "/sbin"].map { $0 + "/" + rawValue }.first(where: isExecutableFile)
    }
  }

  /// The words in front of a shell script's path; `nil` if none of the tools is there.
  private static func prefix(becoming name: String, with tools: [Tool]) -> [String]? {
    for tool in tools {
      guard let path = tool.path else { continue }
      switch tool {
      case .setpriv:
        return [path, "--reuid=\(name)", "--regid=\(name)", "--init-groups", "--", "/bin/sh"]
      case .runuser: return [path, "-u", name, "--", "/bin/sh"]
      case .su: return [path, "-s", "/bin/sh", name]
      }
    }
    return nil
  }

  /// Whether this user may pass through every folder of a path.
  func canEnter(_ path: String) -> Bool {
    var folder = path
    while true {
      var status = stat()
      guard stat(folder, &status) == 0 else { return false }
      let mode = status.st_mode
      let allowed =
        status.st_uid == userID
        ? mode & S_IXUSR : status.st_gid == groupID ? mode & S_IXGRP : mode & S_IXOTH
      guard allowed != 0 else { return false }
      guard folder != "/", let slash = folder.lastIndex(of: "/") else { return true }
      folder = slash == folder.startIndex ? "/" : String(folder[..<slash])
    }
  }
}
