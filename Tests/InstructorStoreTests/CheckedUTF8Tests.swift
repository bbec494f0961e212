import Testing

@testable import InstructorStore

/// Against the standard library's own check.
@Suite struct CheckedUTF8Tests {
  private func check(_ bytes: [UInt8]) {
    let text = bytes.withUnsafeBytes { String(checkingUTF8: $0) }
    let expected = String(validating: bytes, as: UTF8.self)
    #expect(text == expected && text.map { Array($0.utf8) } == expected.map { Array($0.utf8) }, "\(bytes)")
  }

  @Test func everyPairOfBytesIsTakenOrRefusedAsByTheStandardLibrary() {
    check([])
    #expect(String(checkingUTF8: UnsafeRawBufferPointer(start: nil, count: 0)) == "")
    for first in UInt8.min...UInt8.max {
      check([first])
      for second in UInt8.min...UInt8.max { check([first, second]) }
    }
  }

  @Test func longTextsAndTheirDamagedFormsToo() {
    let texts = [
      "Grace", "é", "e\u{301}", "\u{FFFD}", "\u{0}", "漢字かな交じり文", "👩🏽‍🚀 and a text of more than fifteen bytes",
      String(repeating: "é", count: 500),
    ]
    for text in texts {
      let bytes = Array(text.utf8)
      check(bytes)
      for length in 0..<min(bytes.count, 64) { check(Array(bytes.prefix(length))) }
      for place in bytes.indices.prefix(64) {
        for value: UInt8 in [0, 0x41, 0x80, 0xBF, 0xC0, 0xE0, 0xED, 0xF4, 0xFF] {
          var damaged = bytes
          damaged[place] = value
          check(damaged)
        }
      }
    }
  }
}
