/// The shell script that becomes a server.
enum LaunchScript {
  /// A script that enters `home`, records its process number there in `pid`, runs `before`, and then
  /// becomes `command`, unless the guardian is `stopping` everything by then. The number stays the same
  /// from the first step to the running server.
  static func text(home: String, folder: String, before: String = "", command: [String]) -> String {
    """
    cd \(quoted(home)) || exit 1
    echo $$ >pid.new && mv -f pid.new pid || exit 1
    \(before)
    [ -e \(quoted(folder + "/stopping")) ] && exit 1
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
