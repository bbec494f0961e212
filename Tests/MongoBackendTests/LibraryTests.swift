import Foundation
import Testing

@testable import MongoBackend

struct LibraryTests {
  @Test("The library leaves nothing in shared memory, however this process ends")
  func sharedMemory() {
    _ = MongoLibrary.start
    #expect(!FileManager.default.fileExists(atPath: "/dev/shm/mongoc-\(getpid())"))
  }
}
