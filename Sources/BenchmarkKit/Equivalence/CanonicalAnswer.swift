import CatalogGenerator
public import InstructorStore

/// An answer that can be written down so that two answers are equal exactly when their texts are: every
/// field, texts by their bytes.
public protocol CanonicalAnswer: Sendable {
  var canonicalText: String { get }

  /// Adds all that the text says, versions aside: how far those are ahead depends on how much a warm-up got done. Unless a type
  /// has a version in it, or is large, its text will do.
  func add(to digest: inout TraceDigest)
}

extension CanonicalAnswer {
  public func add(to digest: inout TraceDigest) { digest.add(canonicalText) }

  /// Equal for answers that say the same, versions aside.
  var digest: UInt64 {
    var digest = TraceDigest()
    add(to: &digest)
    return digest.value
  }
}

/// The answer of a call that returns nothing.
public struct Done: CanonicalAnswer {
  public var canonicalText: String { "done" }
}

extension Instructor: CanonicalAnswer {
  public var canonicalText: String { CanonicalText.of(self) }
  public func add(to digest: inout TraceDigest) { digest.add(Catalog.contentHash(of: self)) }
}

extension Optional: CanonicalAnswer where Wrapped: CanonicalAnswer {
  public var canonicalText: String { self?.canonicalText ?? "none" }

  public func add(to digest: inout TraceDigest) {
    digest.add(self == nil ? 0 : 1)
    self?.add(to: &digest)
  }
}

extension Array: CanonicalAnswer where Element: CanonicalAnswer {
  public var canonicalText: String { "[\(map(\.canonicalText).joined(separator: ", "))]" }

  public func add(to digest: inout TraceDigest) {
    digest.add(count)
    for element in self { element.add(to: &digest) }
  }
}

extension Int: CanonicalAnswer {
  public var canonicalText: String { String(self) }
}

extension InstructorID: CanonicalAnswer {
  public var canonicalText: String { "id \(rawValue)" }
}

extension CourseTeam: CanonicalAnswer {
  public var canonicalText: String {
    "course \(courseID), primary \(primary.canonicalText), assistants \(assistants.canonicalText)"
  }

  public func add(to digest: inout TraceDigest) {
    digest.add(courseID.rawValue)
    primary.add(to: &digest)
    assistants.add(to: &digest)
  }
}

extension Page: CanonicalAnswer where Item: CanonicalAnswer {
  public var canonicalText: String { "\(items.canonicalText), next \(next?.token ?? "none")" }

  public func add(to digest: inout TraceDigest) {
    items.add(to: &digest)
    digest.add(next?.token)
  }
}

/// The pieces that canonical texts are made of.
enum CanonicalText {
  static func of(_ instructor: Instructor) -> String {
    "instructor \(instructor.id) v\(instructor.version) \(content(instructor))"
  }

  /// Everything but the id and the version.
  static func content(_ instructor: Instructor) -> String {
    let names = [
      instructor.firstName, instructor.middleInitial, instructor.lastName, instructor.academicTitle,
      instructor.title, instructor.organization,
    ]
    let courses = instructor.courses.map { "\($0.role == .primary ? "P" : "A")\($0.courseID)" }
    return "(\(names.map(text).joined(separator: " ")) learners \(instructor.learners) "
      + "rating \(instructor.averageRating?.description ?? "none")/\(instructor.ratingCount) "
      + "courses \(courses.joined(separator: "+")))"
  }

  /// Quoted; everything outside printable ASCII as its bytes, so that texts that only look alike differ.
  static func text(_ text: String?) -> String {
    guard let text else { return "-" }
    var quoted = "\""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        quoted += "\\\(Character(Unicode.Scalar(byte)))"
      case 0x20..<0x7F: quoted.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16)
        quoted += "\\x\(digits.utf8.count == 1 ? "0" : "")\(digits)"
      }
    }
    return quoted + "\""
  }

  /// What the contract fixes of an error: its code, its constraint, which item, the outcome, and the id where
  /// something was not found. The reason is free text and not compared.
  static func of(_ error: StoreError) -> String {
    var text = "error \(error.code)"
    if let constraint = error.constraint { text += " [\(constraint.rawValue)]" }
    if let index = error.index { text += " at item \(index)" }
    if error.code == .notFound, let id = error.entityID { text += " of \(id)" }
    if error.outcome == .unknown { text += ", outcome unknown" }
    return text
  }
}
