import CLibMongoC

/// Documents as text for people: MongoDB's relaxed extended JSON, fields in the document's order.
enum RelaxedJSON {
  /// Empty for bytes that are no document.
  static func text(_ document: UnsafeRawBufferPointer) -> String {
    guard let bson = bson_new_from_data(document.baseAddress, document.count) else { return "" }
    defer { bson_destroy(bson) }
    var length = 0
    guard let text = bson_as_relaxed_extended_json(bson, &length) else { return "" }
    defer { bson_free(text) }
    return String(cString: text)
  }
}
