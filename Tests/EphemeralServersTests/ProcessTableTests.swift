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

  /// mongod's first thread ends before the one that gives its memory back; it had its port until then, and its successor none.
  @Test(
    arguments: [
      ("Z", 1, .gone), ("Z", 2, .running), ("S", 40, .running), ("T", 1, .stopped), ("X", 0, .gone),
    ]
      as [(String, Int, ProcessTable.State)])
  func aProcessIsThereUntilItsLastThreadHasEnded(state: String, threads: Int, expected: ProcessTable.State) {
    let stat =
      "14541 (mongod) x) \(state) 14500 14541 14541 0 -1 4228444 51 0 0 0 1 2 0 0 20 0 \(threads) 0 8541 0 0 18446744073709551615"
    #expect(ProcessTable.state(ofStat: stat) == expected)
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
