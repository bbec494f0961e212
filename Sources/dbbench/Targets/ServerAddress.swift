#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The hosts in a connection URL or a conninfo string, and nothing else of it.
struct ServerAddress {
  /// As written, with ports: `db1:5432`, `/run/postgresql`. Empty: whatever the client library takes by itself.
  let hosts: [String]

  init(_ url: String) {
    guard let scheme = url.firstRange(of: "://") else {
      // libpq's keyword=value form.
      let host = Self.value(of: "hostaddr", in: url) ?? Self.value(of: "host", in: url)
      let port = Self.value(of: "port", in: url).map { ":" + $0 } ?? ""
      let elsewhere = Self.value(of: "service", in: url) == nil ? nil : "as the service file says"
      hosts = (host ?? elsewhere).map { [$0 + (host == nil ? "" : port)] } ?? Self.byDefault
      return
    }
    let rest = url[scheme.upperBound...]
    var authority = rest.prefix { $0 != "/" && $0 != "?" }
    if let at = authority.lastIndex(of: "@") { authority = authority[authority.index(after: at)...] }
    if !authority.isEmpty, authority.first != ":" {
      hosts = authority.split(separator: ",").map { Self.decoded(String($0)) }
      return
    }
    let query = rest.firstIndex(of: "?").map { rest[rest.index(after: $0)...].split(separator: "&") } ?? []
    let host = query.first { $0.hasPrefix("host=") }.map { Self.decoded(String($0.dropFirst(5))) }
    hosts = host.map { [$0] } ?? Self.byDefault
  }

  /// `nil` where it is left to the client library.
  var text: String? { hosts.isEmpty ? nil : hosts.joined(separator: ",") }

  /// Whether every host is this machine.
  var isThisMachine: Bool {
    hosts.allSatisfy { host in
      host.hasPrefix("/") || host == "localhost" || host.hasPrefix("localhost:") || host.hasPrefix("127.")
        || host == "::1" || host.hasPrefix("[::1]")
    }
  }

  private static var byDefault: [String] {
    getenv("PGHOST").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : [$0] } ?? []
  }

  private static func value(of keyword: String, in conninfo: String) -> String? {
    conninfo.split(separator: " ").first { $0.hasPrefix(keyword + "=") }
      .map { String($0.dropFirst(keyword.utf8.count + 1).filter { $0 != "'" }) }
  }

  /// With `%2F` and the like as what they stand for.
  private static func decoded(_ text: String) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2,
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest.removeFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
