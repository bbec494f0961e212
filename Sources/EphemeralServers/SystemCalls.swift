#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

// The few system calls that this library makes, under names that say what they do. None of them waits.

/// Sends a signal to one process.
func sendSignal(_ signal: Int32, to pid: Int32) {
  guard pid > 1 else { return }  // 0 and -1 mean "many processes"
  _ = kill(pid, signal)
}

/// The text for the last failed system call, for example `No such file or directory`.
func systemErrorText(_ code: Int32 = errno) -> String {
  String(cString: strerror(code))
}

/// Reads a small file whole, or `nil` if that can't be done; for `/proc` too, where sizes read as 0.
func readSmallFile(_ path: String, maximumBytes: Int = 1 << 20, fromOffset offset: Int = 0) -> [UInt8]? {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  if offset > 0, lseek(descriptor, off_t(offset), SEEK_SET) < 0 { return nil }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 4096)
  while bytes.count < maximumBytes {
    let count = read(descriptor, &chunk, chunk.count)
    if count < 0, errno == EINTR { continue }
    guard count >= 0 else { return nil }
    if count == 0 { break }
    bytes.append(contentsOf: chunk[0..<count])
  }
  return bytes
}

/// Writes bytes to an open file; false if not all of them could be written.
func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
  var rest = bytes[...]
  while !rest.isEmpty {
    let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    if count < 0, errno == EINTR { continue }
    guard count > 0 else { return false }
    rest = rest.dropFirst(count)
  }
  return true
}

/// Removes a file if there is one.
func removeFile(_ path: String) {
  _ = unlink(path)
}

/// The size of a file in bytes; 0 if there is none.
func fileSize(_ path: String) -> Int {
  var status = stat()
  return stat(path, &status) == 0 ? Int(status.st_size) : 0
}

/// Whether a path leads to a file that this process may execute.
func isExecutableFile(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
}

/// Whether a path leads to a folder.
func isDirectory(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

/// A path without symbolic links, `.` and `..`; `nil` if nothing is there.
func canonicalPath(_ path: String) -> String? {
  guard let resolved = realpath(path, nil) else { return nil }
  defer { free(resolved) }
  return String(cString: resolved)
}
