import BenchmarkKit

/// Puts an arm's settings into a connection URL.
enum ConnectionSettings {
  /// As `-c name=value` in libpq's `options`.
  static func postgres(_ url: String, _ settings: [String: String]) throws(BenchmarkFailure) -> String {
    guard !settings.isEmpty else { return url }
    guard !url.contains("options=") else {
      throw BenchmarkFailure(
        .usage, "the URL of --postgres has options already",
        advice: "Give them to both arms with --arm instead.")
    }
    // libpq separates at spaces unless a backslash is in front.
    let options = settings.sorted { $0.key < $1.key }
      .map { "-c \($0.key)=\($0.value.replacing("\\", with: "\\\\").replacing(" ", with: "\\ "))" }
      .joined(separator: " ")
    guard url.contains("://") else {
      return url + " options='\(options.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))'"
    }
    return url + (url.contains("?") ? "&" : "?") + "options=" + escaped(options)
  }

  /// As options of the URL.
  static func mongo(_ url: String, _ settings: [String: String]) -> String {
    guard !settings.isEmpty else { return url }
    let options = settings.sorted { $0.key < $1.key }.map { "\(escaped($0.key))=\(escaped($0.value))" }
      .joined(separator: "&")
    if url.contains("?") { return url + "&" + options }
    let authority = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
    return url + (authority.contains("/") ? "?" : "/?") + options
  }

  /// Everything but letters, digits and `-._~` as `%` and two digits.
  private static func escaped(_ text: String) -> String {
    var escaped = ""
    for byte in text.utf8 {
      let scalar = Unicode.Scalar(byte)
      let isPlain = byte < 0x80 && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
      if isPlain || "-._~".unicodeScalars.contains(scalar) {
        escaped.unicodeScalars.append(scalar)
      } else {
        let digits = String(byte, radix: 16, uppercase: true)
        escaped += "%" + (byte < 16 ? "0" : "") + digits
      }
    }
    return escaped
  }
}
