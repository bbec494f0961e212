import Testing

@testable import DriverKit

@Suite struct KeyedCallsTests {
  @Test func everyKeyFindsItsCallers() {
    let asked: [Int64?] = [7, 3, nil, 7, 9, 3, 3]
    let keyed = KeyedCalls(count: asked.count) { asked[$0] }
    #expect(keyed.keys == [3, 7, 9])
    for key in keyed.keys {
      let place = keyed.place(of: key)
      #expect(place.map { Set(keyed.calls(at: $0)) } == Set(asked.indices.filter { asked[$0] == key }))
    }
    for key: Int64 in [0, 4, 8, 10] { #expect(keyed.place(of: key) == nil) }
  }

  @Test func nothingIsAskedFor() {
    let keyed = KeyedCalls(count: 3) { _ in nil }
    #expect(keyed.keys.isEmpty)
    #expect(keyed.place(of: 1) == nil)
  }
}
