import Glibc
import Testing

@testable import EphemeralServers

@Suite struct LocatorTests {
  @Test func aVariableThatNamesNothingIsAnErrorOfOneLine() async throws {
    let postgres = await #expect(throws: EphemeralServersError.self) {
      try await ServerLocator.postgresFolder(environment: ["DBBENCH_POSTGRES_BIN": "/no/such\nfolder"])
    }
    #expect(postgres?.code == .binaryMissing)
    #expect(postgres?.description.contains("DBBENCH_POSTGRES_BIN") == true)
    #expect(postgres?.description.contains { $0.isNewline } == false)
    let mongod = #expect(throws: EphemeralServersError.self) {
      try ServerLocator.mongod(environment: ["DBBENCH_MONGOD": "/tmp"], startingAt: [])
    }
    #expect(mongod?.code == .binaryMissing)
    #expect(mongod?.description == "DBBENCH_MONGOD names /tmp, which isn't a program; correct it or unset it")
  }

  @Test func whatIsNowhereIsAnErrorThatSaysWhatToDo() {
    let error = #expect(throws: EphemeralServersError.self) {
      try ServerLocator.mongod(
        environment: ["PATH": "/no/such/folder"], startingAt: ["/proc/self", "relative"])
    }
    #expect(
      error?.description
        == "no mongod found; run ./scripts/setup, or set DBBENCH_MONGOD to the file mongod")
  }

  @Test func theProjectsCacheIsFoundFromBelow() async throws {
    try await withTemporaryFolder { folder in
      let files = ["Package.swift", ".cache/mongod/bin/mongod", "Sources/deep/file"]
      var made: [String] = []
      for file in files {
        var path = folder
        for part in file.split(separator: "/").dropLast() {
          path += "/\(part)"
          if mkdir(path, 0o755) == 0 { made.append(path) }
        }
        try ServerFolder.write("", to: "\(folder)/\(file)")
      }
      defer {
        for file in files { unlink("\(folder)/\(file)") }
        for path in made.reversed() { rmdir(path) }
      }
      let starts = ["\(folder)/Sources/deep"]
      #expect(throws: EphemeralServersError.self) {  // not executable
        try ServerLocator.mongod(environment: [:], startingAt: starts)
      }
      chmod("\(folder)/.cache/mongod/bin/mongod", 0o755)
      let found = try ServerLocator.mongod(environment: [:], startingAt: starts)
      #expect(found == "\(folder)/.cache/mongod/bin/mongod")
    }
  }

  @Test func aVariableComesFirst() async throws {
    #expect(
      try ServerLocator.mongod(environment: ["DBBENCH_MONGOD": "/bin/sh"], startingAt: [])
        == canonicalPath("/bin/sh"))
    let folder = try await ServerLocator.postgresFolder(environment: ["PATH": "/usr/bin"])
    #expect(
      try await ServerLocator.postgresFolder(environment: ["DBBENCH_POSTGRES_BIN": folder, "PATH": ""])
        == folder)
  }
}

@Suite struct FolderTests {
  @Test func aFolderThatCannotWorkIsRefusedWithTheReason() throws {
    for path in ["/no/such/folder", "/etc/passwd"] {
      #expect(ServerFolder.fault(of: path, user: nil) == "doesn't exist")
    }
    #expect(ServerFolder.fault(of: "/tmp", user: nil) == nil)
  }

  @Test func aLongPathIsRefused() async throws {
    try await withTemporaryFolder { folder in
      let long = folder + "/" + String(repeating: "x", count: 60)
      try ServerFolder.makeDirectory(long, owner: nil)
      #expect(ServerFolder.fault(of: long, user: nil)?.contains("too long") == true)
      let odd = folder + "/it's"
      try ServerFolder.makeDirectory(odd, owner: nil)
      #expect(ServerFolder.fault(of: odd, user: nil)?.contains("quote") == true)
      for path in [long, odd] { rmdir(path) }
    }
  }

  @Test(.enabled(if: geteuid() == 0, "only root runs it as somebody else"))
  func aFolderThatPostgresCannotEnterIsRefused() async throws {
    try await withTemporaryFolder { folder in
      let user = try #require(try ServerUser.forPostgres())
      #expect(ServerFolder.fault(of: folder, user: user) == nil)
      chmod(folder, 0o700)
      #expect(ServerFolder.fault(of: folder, user: user) == "can't be entered by the user postgres")
    }
  }

  @Test func theDeepestMountDecidesTheFileSystem() {
    let mounts = """
      /dev/vda / ext4 rw 0 0
      tmpfs /tmp tmpfs rw 0 0
      /dev/vdb /tmp/disk xfs rw 0 0
      overlay /tmp/disk overlay rw 0 0
      """
    #expect(FileSystemType.find("/var/tmp", mounts: mounts)?.type == "ext4")
    #expect(FileSystemType.find("/tmp/a", mounts: mounts)?.type == "tmpfs")
    #expect(FileSystemType.find("/tmp/diskette", mounts: mounts)?.type == "tmpfs")
    #expect(FileSystemType.find("/tmp/disk/b", mounts: mounts)?.type == "overlay")
    #expect(FileSystemType.find("/", mounts: mounts)?.type == "ext4")
    #expect(FileSystemType.find("/", mounts: "")?.type == nil)
  }
}

@Suite struct OptionTests {
  @Test func impossibleOptionsAreRefusedBeforeAnythingStarts() async throws {
    let impossible = [
      EphemeralServerOptions(cacheMegabytesPerServer: 255),
      EphemeralServerOptions(startTimeout: .zero),
      EphemeralServerOptions(postgresSettings: ["a b": "1"]),
      EphemeralServerOptions(postgresSettings: ["a": "1\ninclude 'x'"]),
      EphemeralServerOptions(mongoSettings: ["": "1"]),
    ]
    for options in impossible {
      let error = await #expect(throws: EphemeralServersError.self) {
        try await EphemeralServers.start(options)
      }
      #expect(error?.code == .invalidOptions)
    }
  }
}

@Suite struct TextTests {
  @Test(arguments: ["", "plain", "it's", "$HOME `id` \"x\" \\ *", "''", "new\u{20}line é 👩‍🏫", "-n"])
  func aQuotedWordReachesTheProgramUnchanged(_ word: String) async throws {
    let script = "printf '%s|' " + LaunchScript.quoted(word)
    #expect(await ServerLocator.firstLine(of: "/bin/sh", ["-c", script]) == word + "|")
  }

  @Test func urlTextIsEncoded() {
    #expect(URLText.percentEncoded("/tmp/a b\u{7}é~") == "%2Ftmp%2Fa%20b%07%C3%A9~")
  }
}
