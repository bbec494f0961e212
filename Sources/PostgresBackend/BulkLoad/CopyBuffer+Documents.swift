import InstructorStore

extension CopyBuffer {
  static let documentsCommand = "COPY instructor_documents (id, document) FROM STDIN (FORMAT binary)"

  /// The document that `InstructorWrites.document` would insert. Its fields come in any order: the server sorts them.
  func appendDocument(_ new: NewInstructor, _ id: InstructorID) {
    beginRow(fields: 2)
    field(id.rawValue)
    field {
      // jsonb_recv: the version of the format, then the text.
      append(1 as UInt8)
      append(ascii: "{\"version\":1,\"learners\":")
      append(decimal: new.learners)
      append(ascii: ",\"ratingCount\":")
      append(decimal: new.ratingCount)
      if let rating = new.averageRating {
        append(ascii: ",\"averageRatingTenths\":")
        append(decimal: Int64(rating.tenths))
      }
      append("firstName", new.firstName)
      append("middleInitial", new.middleInitial)
      append("lastName", new.lastName)
      append("academicTitle", new.academicTitle)
      append("title", new.title)
      append("organization", new.organization)
      append("primaryOf", new.courseIDs(.primary))
      append("assists", new.courseIDs(.assistant))
      append(ascii: "}")
    }
  }

  private func append(_ name: StaticString, _ value: String?) {
    guard let value else { return }
    append(name)
    append(UInt8(ascii: "\""))
    for byte in value.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        append(UInt8(ascii: "\\"))
        append(byte)
      case 0..<0x20:
        append(ascii: byte < 0x10 ? "\\u000" : "\\u001")
        append(Self.digits[Int(byte & 15)])
      default: append(byte)
      }
    }
    append(UInt8(ascii: "\""))
  }

  private func append(_ name: StaticString, _ values: [Int64]) {
    guard !values.isEmpty else { return }
    append(name)
    for (index, value) in values.enumerated() {
      append(UInt8(ascii: index == 0 ? "[" : ","))
      append(decimal: value)
    }
    append(ascii: "]")
  }

  /// A comma and the field's name: never the first.
  private func append(_ name: StaticString) {
    append(ascii: ",\"")
    append(ascii: name)
    append(ascii: "\":")
  }

  private func append(ascii text: StaticString) {
    text.withUTF8Buffer { for byte in $0 { append(byte) } }
  }

  private func append(decimal value: Int64) { for byte in String(value).utf8 { append(byte) } }

  private static let digits = Array("0123456789abcdef".utf8)
}
