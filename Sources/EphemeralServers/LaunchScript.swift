/// The shell script that becomes a server.
enum LaunchScript {
  /// A script that enters `directory`, records its process number in `pidPath`, runs `before`, and then
  /// becomes `command`. The number stays the same from the first step to the running server.
  static func text(
    directory: String, pidPath: String, before: String = "", command: [String]
  ) -> String {
    """
    cd \(quoted(directory)) || exit 1
    echo $$ >\(quoted(pidPath + ".new")) && mv -f \(quoted(pidPath + ".new")) \(quoted(pidPath)) || exit 1
    \(before)
    exec \(command.map(quoted).joined(separator: " "))

    """
  }

  /// A script that runs another one as another user.
  static func text(running script: String, as user: ServerUser) -> String {
    "exec " + (user.prefix + [script]).map(quoted).joined(separator: " ") + "\n"
  }

  /// A word as a POSIX shell reads it back unchanged.
  static func quoted(_ word: String) -> String {
    "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
  }
}
