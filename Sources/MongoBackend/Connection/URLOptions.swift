import CLibMongoC
import InstructorStore

/// The options of a connection URL, looked at before libmongoc does: it ignores what it doesn't know or can't read, so
/// that `tlss=true` would connect without TLS.
enum URLOptions {
  /// Those that libmongoc reads in ways of their own.
  private static let others: Set<String> = [
    "appname", "authmechanism", "authmechanismproperties", "authsource", "compressors", "gssapiservicename",
    "readconcernlevel", "readpreference", "readpreferencetags", "replicaset", "srvservicename",
    "tlscertificatekeyfile", "tlscertificatekeyfilepassword", "tlscafile", "w",
  ]
  private static let levels: Set<String> = ["local", "majority", "linearizable", "available", "snapshot"]

  /// Throws `invalidArgument` with the name of an option that is unknown, or whose value makes no sense.
  static func validate(_ url: String, _ call: CallContext) throws(StoreError) {
    guard let question = url.firstIndex(of: "?") else { return }
    let options = url[url.index(after: question)...]
    // Then the `?` may stand in a password, which is malformed and must not be quoted.
    if options.contains("@") { throw call.invalid("the URL has an unescaped ? or @") }
    for option in options.split(separator: "&") {
      let parts = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0])
      let isName = name.utf8.count <= 40 && name.utf8.allSatisfy { isLetter($0) }
      guard isName else { throw call.invalid("the URL has an option whose name is malformed") }
      guard parts.count == 2, isKnown(name) else {
        throw call.invalid("the URL has the unknown option \(name)")
      }
      guard isSound(String(parts[1]), of: name) else {
        throw call.invalid("the URL's option \(name) has a value that makes no sense")
      }
    }
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  private static func isKnown(_ name: String) -> Bool {
    others.contains(name.lowercased()) || mongoc_uri_option_is_bool(name) || mongoc_uri_option_is_int32(name)
      || mongoc_uri_option_is_int64(name) || mongoc_uri_option_is_utf8(name)
  }

  private static func isSound(_ value: String, of name: String) -> Bool {
    if mongoc_uri_option_is_bool(name) { return ["true", "false"].contains(value.lowercased()) }
    if mongoc_uri_option_is_int32(name) || mongoc_uri_option_is_int64(name) {
      // No option takes a negative number, but for these two "no limit" and "the default".
      let lowest = ["maxstalenessseconds", "zlibcompressionlevel"].contains(name.lowercased()) ? -1 : 0
      return Int32(value).map { $0 >= lowest } ?? false
    }
    if name.lowercased() == "readconcernlevel" { return levels.contains(value) }
    return !value.isEmpty
  }
}
