#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif
#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Where the servers' folder goes, and who may enter it.
enum ServerFolder {
  /// A unix socket's path has at most 107 bytes (103 on macOS) and a NUL; the longest name made here is
  /// `/dbb-0123456789/postgres/.s.PGSQL.65535.lock`.
  static let maximumParentPathBytes = 103 - "/dbb-0123456789/postgres/.s.PGSQL.65535.lock".utf8.count

  /// Chooses a path for a new folder, which the guardian will make.
  ///
  /// - Throws: `folderUnusable`.
  static func choosePath(
    _ options: EphemeralServerOptions, user: ServerUser?
  ) throws(EphemeralServersError) -> String {
    let name =
      "dbb-" + String((0..<10).compactMap { _ in "abcdefghijklmnopqrstuvwxyz0123456789".randomElement() })
    if let asked = options.temporaryDirectory {
      if let fault = fault(of: asked, user: user) {
        throw EphemeralServersError(
          .folderUnusable, "the temporary folder \(asked) \(fault); name another one")
      }
      return (canonicalPath(asked) ?? asked) + "/" + name
    }
    let candidates = [ProcessInfo.processInfo.environment["TMPDIR"], "/tmp", "/var/tmp"]
      .compactMap { $0 }.filter { fault(of: $0, user: user) == nil }
    // A durable server in memory would measure something else.
    guard let parent = candidates.first(where: { !FileSystemType.isInMemory($0) }) ?? candidates.first else {
      throw EphemeralServersError(
        .folderUnusable,
        "none of $TMPDIR, /tmp and /var/tmp is a folder to write in; set TMPDIR to a short path")
    }
    return (canonicalPath(parent) ?? parent) + "/" + name
  }

  /// Why a folder can't hold the servers' folder, as the end of a sentence; `nil` if it can.
  static func fault(of folder: String, user: ServerUser?) -> String? {
    guard let path = canonicalPath(folder), isDirectory(path) else { return "doesn't exist" }
    guard access(path, W_OK | X_OK) == 0 else { return "can't be written in" }
    guard path.utf8.count <= maximumParentPathBytes else {
      return "has too long a path for a unix socket (over \(maximumParentPathBytes) bytes)"
    }
    // These would need quoting in one of: a shell, postgresql.conf, a URL, a list of folders.
    guard !path.unicodeScalars.contains(where: { $0.value < 0x20 || "'\",\\%".unicodeScalars.contains($0) })
    else {
      return "has a quote, comma, backslash, percent or control character in its path"
    }
    if let user, !user.canEnter(path) { return "can't be entered by the user \(user.name)" }
    return nil
  }

  /// Makes a sub-folder only its owner can enter.
  static func makeDirectory(_ path: String, owner: ServerUser?) throws(EphemeralServersError) {
    guard mkdir(path, 0o700) == 0 else {
      throw EphemeralServersError(.folderUnusable, "can't make the folder \(path): \(systemErrorText())")
    }
    try giveAway(path, to: owner)
  }

  /// Lets PostgreSQL's user pass through the folder that we own to its own folder in there. The folder's
  /// name is no secret, but all in it that matters can be entered or read by one user only.
  static func letPass(_ folder: String, _ user: ServerUser) throws(EphemeralServersError) {
    guard chmod(folder, 0o711) == 0 else {
      throw EphemeralServersError(
        .folderUnusable, "can't open \(folder) to \(user.name): \(systemErrorText())")
    }
  }

  /// Writes a file that only its owner can read; or, where PostgreSQL runs as another user, everybody. That
  /// user can't change it, since what we run as root must be ours.
  static func write(
    _ text: String, to path: String, readableBy reader: ServerUser?
  ) throws(EphemeralServersError) {
    try write(text, to: path)
    guard reader == nil || chmod(path, 0o644) == 0 else {
      throw EphemeralServersError(.folderUnusable, "can't change \(path): \(systemErrorText())")
    }
  }

  /// Writes a file only its owner can read.
  static func write(_ text: String, to path: String, owner: ServerUser? = nil) throws(EphemeralServersError) {
    let bytes = Array(text.utf8)
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else {
      throw EphemeralServersError(.folderUnusable, "can't write \(path): \(systemErrorText())")
    }
    defer { close(file) }
    guard writeAll(bytes, to: file) else {
      throw EphemeralServersError(.folderUnusable, "can't write \(path): \(systemErrorText())")
    }
    try giveAway(path, to: owner)
  }

  /// Gives a file or folder to the user PostgreSQL runs as; nothing to do if that is us.
  static func giveAway(_ path: String, to owner: ServerUser?) throws(EphemeralServersError) {
    guard let owner else { return }
    guard chown(path, owner.userID, owner.groupID) == 0 else {
      throw EphemeralServersError(
        .folderUnusable, "can't give \(path) to the user \(owner.name): \(systemErrorText())")
    }
  }
}
