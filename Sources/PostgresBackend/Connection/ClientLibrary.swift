import CLibPQ

/// The libpq that this program runs with.
package enum PostgresClientLibrary {
  /// For example `15.5`.
  package static var version: String {
    let number = PQlibVersion()
    return "\(number / 10_000).\(number % 10_000)"
  }
}
