import Subprocess
import Synchronization

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif
#if canImport(System)
  import System
#else
  import SystemPackage
#endif

/// The owner's end of the guardian process (see ``GuardianScript``): starts it, sends it commands, ends it.
///
/// Dropping the last reference ends it too.
final class Guardian: Sendable {
  let folder: String
  /// Our end of the guardian's standard input; -1 once closed. Only ever held in this process: it is
  /// close-on-exec, so no child of ours can keep the guardian waiting after we are gone.
  private let channel: Mutex<Int32>
  /// Runs as long as the guardian does. Never cancelled: cancelling would kill it.
  private let process: Task<Void, Never>
  private let ended = Flag()

  /// Starts a guardian and waits until it has made `folder`, which must not exist.
  ///
  /// - Throws: `guardianFailed`, or `cancelled`; in both cases the folder is gone or going.
  static func start(folder: String) async throws(EphemeralServersError) -> Guardian {
    let guardian = try Guardian(folder: folder)
    do throws(EphemeralServersError) {
      _ = try await poll(until: .now + .seconds(10)) {
        isDirectory(folder) || guardian.ended.isSet ? true : nil
      }
      guard isDirectory(folder) else {
        throw EphemeralServersError(
          .guardianFailed, "the process that watches the servers could not make the folder \(folder)")
      }
      return guardian
    } catch {
      await guardian.stop()
      throw error
    }
  }

  private init(folder: String) throws(EphemeralServersError) {
    // A socket pair and not a pipe: writing to a guardian that somebody killed must be an error here, and
    // not a SIGPIPE for the program that uses this library.
    guard let (ours, theirs) = makeSocketPair() else {
      throw EphemeralServersError(
        .guardianFailed, "no socket pair for the servers' watcher: \(systemErrorText())")
    }
    self.folder = folder
    self.channel = Mutex(ours)
    self.process = Task.detached { [ended] in
      await Self.run("create", folder: folder, input: theirs)
      ended.set()
    }
  }

  deinit {
    channel.withLock { end in
      if end >= 0 { close(end) }
    }
  }

  /// Asks the guardian to run `FOLDER/NAME.launch`.
  func launch(_ name: String) throws(EphemeralServersError) {
    let line = Array("launch \(name)\n".utf8)
    let sent = channel.withLock { end in end < 0 ? .failed(EBADF) : sendWithoutWaiting(end, line[...]) }
    guard case .done(line.count) = sent else {
      throw EphemeralServersError(
        .guardianFailed, "the process that watches the servers is gone; start the servers again")
    }
  }

  /// Ends the servers and removes the folder; returns when that is done. Calling it again is harmless.
  func stop() async {
    channel.withLock { end in
      if end >= 0 { close(end) }
      end = -1
    }
    await process.value
    // Somebody may have killed the guardian itself: then do its last work with a new one.
    if isDirectory(folder) {
      let folder = self.folder
      await Task.detached {
        await Self.run("remove", folder: folder, input: open("/dev/null", O_RDONLY | O_CLOEXEC))
      }
      .value
    }
  }

  /// Runs a guardian to its end. `input` is closed here.
  private static func run(_ mode: String, folder: String, input: Int32) async {
    var options = PlatformOptions()
    options.createSession = true  // out of reach of the terminal's Ctrl-C and hang-up
    _ = try? await Subprocess.run(
      .path("/bin/sh"),
      arguments: ["-c", GuardianScript.text, "dbb-guardian", mode, folder],
      // The servers inherit it: mongod doesn't start in a locale that isn't installed.
      environment: .inherit.updating(["LC_ALL": "C"]),
      workingDirectory: "/",
      platformOptions: options,
      input: .fileDescriptor(FileDescriptor(rawValue: input), closeAfterSpawningProcess: true),
      output: .discarded,
      error: .discarded)
  }
}

/// Becomes true once.
private final class Flag: Sendable {
  private let value = Atomic(false)
  var isSet: Bool { value.load(ordering: .acquiring) }
  func set() { value.store(true, ordering: .releasing) }
}
