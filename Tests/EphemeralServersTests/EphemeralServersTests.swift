import Glibc
import Testing

@testable import EphemeralServers

@Suite struct EphemeralServersTests {
  @Test func startsBothAndLeavesNothing() async throws {
    let clock = ContinuousClock.now
    let servers = try await EphemeralServers.start(.init(cacheMegabytesPerServer: 256))
    print("started in", ContinuousClock.now - clock)
    print(servers.directory, servers.postgres as Any, servers.mongo as Any)
    print(CommandLine.arguments, canonicalPath("/proc/self/exe") as Any)
    if getenv("HOLD") != nil { try? await Task.sleep(for: .seconds(60)) }
    let clock2 = ContinuousClock.now
    await servers.stop()
    print("stopped in", ContinuousClock.now - clock2)
    #expect(!isDirectory(servers.directory))
  }
}
