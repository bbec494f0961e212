/// A server that was ready when this value was made: where it listens, runs and stores.
public struct RunningServer: Sendable, Equatable {
  /// Which of the two servers.
  public let kind: ServerKind
  /// The address through the unix socket, as libpq and libmongoc take it. No password is needed: the
  /// socket is in a folder only this user can enter.
  public let url: String
  /// The address through 127.0.0.1.
  ///
  /// PostgreSQL: with a random password (its superuser can run programs, so another user of this machine
  /// must not get in). MongoDB: without one; anybody on this machine can read and change its data.
  public let tcpURL: String
  /// The server's first process: postgres's postmaster, or mongod. Changes with a restart.
  public let pid: Int32
  /// The TCP port on 127.0.0.1; the same after a restart.
  public let port: Int
  /// The folder that holds the unix socket; libpq takes it as `host`.
  public let socketDirectory: String
  /// The full path of the unix socket.
  public let socketPath: String
  /// The version as the server states it, for example `15.20 (Debian 15.20-0+deb12u1)` or `6.0.5`.
  public let version: String
  /// The full path of the server's program.
  public let binaryPath: String
  /// The server's log, in the temporary folder and removed with it.
  public let logPath: String
  /// The server's data folder.
  public let dataDirectory: String
}
