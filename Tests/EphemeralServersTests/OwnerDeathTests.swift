import Glibc
import Testing

@testable import EphemeralServers

extension ServerTests {
  /// A process of its own owns the servers and dies. It is this test program again, running
  /// ``OwnerProcess``.
  @Suite struct OwnerDeathTests {
    @Test(arguments: [SIGKILL, SIGTERM, SIGINT, SIGHUP, SIGSEGV])
    func nothingIsLeftWhenTheOwnerDiesOf(_ signal: Int32) async throws {
      try await withTemporaryFolder { folder in
        let owner = try Owner(temporaryDirectory: folder)
        let servers = try #require(try await firstEntry(of: folder))
        let ready = try await poll(until: .now + .seconds(30)) { isReady(folder) ? true : nil }
        #expect(ready == true)
        #expect(Leftovers.processes(of: servers).count >= 5)
        kill(owner.pid, signal)
        #expect(try await owner.end() == signal)
        unlink(folder + "/ready")
        #expect(try await Leftovers.waitUntilGone([servers]) == [])
        #expect(Leftovers.entries(of: folder) == [])
      }
    }

    @Test(arguments: [0, 60, 120, 200, 300, 450])
    func nothingIsLeftWhenTheOwnerIsKilledWhileStarting(_ milliseconds: Int) async throws {
      try await withTemporaryFolder { folder in
        let owner = try Owner(temporaryDirectory: folder)
        // The servers' folder is the first trace of a start.
        let servers = try #require(try await firstEntry(of: folder))
        try await Task.sleep(for: .milliseconds(milliseconds))
        kill(owner.pid, SIGKILL)
        #expect(try await owner.end() == SIGKILL)
        unlink(folder + "/ready")
        #expect(try await Leftovers.waitUntilGone([servers]) == [])
        #expect(Leftovers.entries(of: folder) == [])
      }
    }

    @Test func nothingIsLeftWhenTheOwnerJustExits() async throws {
      try await withTemporaryFolder { folder in
        let owner = try Owner(temporaryDirectory: folder, exits: true)
        let servers = try #require(try await firstEntry(of: folder))
        #expect(try await owner.end() == 0)
        #expect(isReady(folder))
        unlink(folder + "/ready")
        #expect(try await Leftovers.waitUntilGone([servers]) == [])
      }
    }

    private func isReady(_ folder: String) -> Bool { Leftovers.entries(of: folder).contains("ready") }

    /// The path of the servers' folder, as soon as there is one.
    private func firstEntry(of folder: String) async throws -> String? {
      try await poll(until: .now + .seconds(30)) {
        Leftovers.entries(of: folder).first { $0.hasPrefix("dbb-") }.map { "\(folder)/\($0)" }
      }
    }
  }
}

/// Not a test by itself: what the owner's process runs.
@Suite(.enabled(if: getenv("EPHEMERAL_SERVERS_OWNER") != nil, "another test runs it, and kills it"))
struct OwnerProcess {
  @Test func ownServersUntilKilled() async throws {
    let folder = try #require(getenv("EPHEMERAL_SERVERS_OWNER").map { String(cString: $0) })
    var options = ServerTests.small
    options.temporaryDirectory = folder
    let servers = try await EphemeralServers.start(options)
    try ServerFolder.write("", to: folder + "/ready")
    if getenv("EPHEMERAL_SERVERS_OWNER_EXITS") != nil { exit(0) }
    try await Task.sleep(for: .seconds(60))
    await servers.stop()
  }
}

/// A running ``OwnerProcess``.
private struct Owner {
  private let process: ChildProcess
  var pid: pid_t { process.pid }

  init(temporaryDirectory: String, exits: Bool = false) throws {
    let program = try #require(canonicalPath("/proc/self/exe"))
    var environment = ["EPHEMERAL_SERVERS_OWNER=\(temporaryDirectory)"]
    environment.append("SWIFT_BACKTRACE=enable=no")  // it would take longer than the test
    if exits { environment.append("EPHEMERAL_SERVERS_OWNER_EXITS=1") }
    for name in ["PATH", "LD_LIBRARY_PATH", "DBBENCH_MONGOD", "DBBENCH_POSTGRES_BIN"] {
      if let value = getenv(name) { environment.append("\(name)=\(String(cString: value))") }
    }
    let command = [program, "--testing-library", "swift-testing", "--filter", "OwnerProcess"]
    process = try ChildProcess(command, environment: environment)
  }

  /// Waits for its end: the signal it died of, or 0.
  func end() async throws -> Int32? {
    defer { unlink("/dev/shm/mongoc-\(pid)") }  // libmongoc's counters: it is part of this test program
    return try await process.end()
  }
}
