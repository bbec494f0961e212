import Glibc
import Testing

@testable import EphemeralServers

/// A child of this test program, with nothing but the environment given, and mute.
struct ChildProcess {
  let pid: pid_t

  init(_ command: [String], environment: [String] = []) throws {
    var arguments = command.map { strdup($0) }
    var variables = environment.map { strdup($0) }
    defer { for text in arguments + variables { free(text) } }
    arguments.append(nil)
    variables.append(nil)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for descriptor in [1, 2] as [Int32] {
      posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0)
    }
    var pid: pid_t = 0
    try #require(posix_spawn(&pid, try #require(command.first), &actions, nil, arguments, variables) == 0)
    self.pid = pid
  }

  /// Waits for its end, at most 30 s: the signal it died of, 0 for none, `nil` if it is still there.
  func end() async throws -> Int32? {
    try await poll(until: .now + .seconds(30)) {
      var status: Int32 = 0
      return waitpid(pid, &status, WNOHANG) == pid ? status & 0x7F : nil
    }
  }
}
