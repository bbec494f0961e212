import Glibc
import Testing

@testable import EphemeralServers

@Suite struct ProcessTableTests {
  @Test func knowsThisProcessAndItsState() {
    #expect(ProcessTable.state(getpid()) == .running)
    #expect(ProcessTable.state(0) == .gone)
    #expect(ProcessTable.state(Int32.max) == .gone)
    #expect(!ProcessTable.isAlive(getpid(), startedIn: "/no/such/folder"))
  }

  @Test func knowsTheStatesOfAChild() async throws {
    let child = try ChildProcess(["/bin/sleep", "60"])
    #expect(ProcessTable.children(of: getpid()).contains(child.pid))
    kill(child.pid, SIGSTOP)
    #expect(try await reaches(.stopped, child.pid))
    kill(child.pid, SIGCONT)
    #expect(try await reaches(.running, child.pid))
    kill(child.pid, SIGKILL)
    #expect(try await reaches(.gone, child.pid))  // a zombie: nobody has waited for it
    #expect(try await child.end() == SIGKILL)
  }

  private func reaches(_ state: ProcessTable.State, _ pid: pid_t) async throws -> Bool {
    try await poll(until: .now + .seconds(5)) { ProcessTable.state(pid) == state ? true : nil } ?? false
  }

  /// Its command line is empty for a moment each time; it was taken for gone then.
  @Test func aProcessThatBecomesAnotherProgramIsAliveAllTheTime() async throws {
    try await withTemporaryFolder { folder in
      let script = folder + "/script"
      try ServerFolder.write("[ $1 -eq 0 ] && exit; exec /bin/sh \(script) $(($1 - 1))", to: script)
      let child = try ChildProcess(["/bin/sh", script, "500"])
      var looks = 0
      while ProcessTable.isAlive(child.pid, startedIn: folder) { looks += 1 }
      #expect(ProcessTable.state(child.pid) == .gone)
      #expect(looks > 100)
      #expect(try await child.end() == 0)
      unlink(script)
    }
  }
}
