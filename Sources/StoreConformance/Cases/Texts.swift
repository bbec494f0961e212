/// Texts that naive code confuses, sorts or searches differently from their bytes.
enum Texts {
  /// In the order of their UTF-8 bytes, which is none of: UTF-16 order, a language's order, Swift's own.
  static let inByteOrder: [String] = [
    "\u{1}", " ", "!", "$where", "%", "'", "0", "10", "9", "A", "B", "Z", "\\", "_", "a", "a ", "aa", "ab",
    "a\u{301}", "b", "o\u{308}", "z", "~", "\u{7F}", "\u{80}", "É", "á", "é", "ö", "ÿ", "Ā", "ſ", "ǆ",
    "\u{301}",
    "Ж", "א", "ع", "ẞ", "\u{200D}", "\u{200F}", "中", "\u{D7FF}", "\u{E000}", "\u{FB01}", "\u{FEFF}",
    "\u{FFFD}", "\u{FFFF}", "𐀀", "👩", "👩\u{200D}🔬", "\u{10FFFF}",
  ]

  /// Texts that must come back byte by byte.
  static let roundTrip: [String] =
    inByteOrder + [
      "José", "Jose\u{301}", "Å", "A\u{30A}", "\u{212B}", "ﬁ", "e\u{301}\u{327}", "e\u{327}\u{301}",
      "İstanbul", "ıIiİ",
      "Straße", "ς", "עברית", "\u{202E}abc\u{202C}", "مرحبا", "👨‍👩‍👧‍👦", "🇵🇱", "👍🏽", "क्षि", "한국",
      "\u{1112}\u{1161}\u{11AB}\u{1100}\u{116E}\u{11A8}",
      " leading", "trailing ", "\t\r\n", "\u{85}\u{2028}\u{2029}", "a\u{0300}\u{0301}\u{0302}", "\u{FEFF}bom",
      "\u{1FFFE}", "\u{1B}[31m",
    ] + noncharacters

  /// Scalars that Unicode sets apart for internal use, and that are valid in UTF-8 (a literal can't hold the first).
  private static let noncharacters = [0xFDD0, 0xFDEF, 0xFFFE, 0x1FFFF].compactMap { Unicode.Scalar($0) }.map {
    String($0)
  }

  /// Last names around the prefixes below.
  static let prefixNames: [String] = [
    "a", "ab", "abc", "abd", "ac", "A", "AB", "%", "%a", "a%", "_", "_b", "\\", "\\\\", "\\%", "a\\", ".",
    ".*", "^a",
    "[a]", "(", "$where", "$", "Jose", "José", "Jose\u{301}", "Josef", "\u{D7FF}", "\u{D7FF}a", "\u{E000}",
    "\u{E000}a",
    "\u{FFFF}", "\u{FFFF}a", "𐀀", "\u{10FFFF}", "\u{10FFFF}a", "\u{10FFFF}\u{10FFFF}", "a\u{10FFFF}",
    "a\u{10FFFF}z", "b",
    "a\u{D7FF}", "a\u{D7FF}b", "a\u{E000}", "\u{7F}", "\u{80}", "\u{7FF}", "\u{800}", "'", "''", "\"", "e",
    "é",
  ]

  static let prefixes: [String] = [
    "a", "ab", "abc", "abcd", "A", "%", "_", "\\", "\\\\", ".", ".*", "^", "[", "(", "$", "$where", "Jos",
    "Jose", "José",
    "Jose\u{301}", "J", "\u{D7FF}", "\u{E000}", "\u{FFFF}", "𐀀", "\u{10FFFF}", "\u{10FFFF}\u{10FFFF}",
    "a\u{10FFFF}",
    "a\u{D7FF}", "a\u{E000}", "\u{7F}", "\u{80}", "\u{7FF}", "\u{800}", "'", "\"", "e", "é", "nobody",
    "\u{1}",
  ]

  /// Texts that mean something to SQL, to a MongoDB query, to a pattern or to a format.
  static let injections: [String] = [
    "'", "''", "\"", "`", "\\", "\\'", "';--", "'; DROP TABLE instructors; --", "' OR '1'='1",
    "\" OR \"\"=\"", "1; SELECT 1",
    "Robert'); DROP TABLE x;--", "/* */", "--", "#", "$1", "$2::int", ":name", "?", "$$", "$tag$", "E'\\x00'",
    "\\N", "\\.",
    "NULL", "null", "nil", "undefined", "true", "0", "-1", "1e309", "NaN", "Infinity", "0x41", "{}", "[]",
    "{\"$ne\": null}", "{\"$gt\": \"\"}", "{$where: \"1\"}", "$ne", "$where", "$gt", "$set", "$unset",
    "$regex", "$expr",
    "$$ROOT", "$$REMOVE", "$lastName", "$_id", "a.b", "a.$b", ".", "..", "_id", "a.$[].b", "%", "_", "%%",
    "\\%", "\\_",
    "%s", "%n", "%@", "[a-z]", "(", ")", ".*", "^", "$", "a|b", "(?i)a", "\\Qa\\E", "{\"a\":1}", "<script>",
    "&amp;", "\r\n",
    "a\tb", "\u{1}", "\u{7F}", "${jndi:x}", "{{7*7}}", "../../etc", "CON", "x'41'", "U&'\\0041'", "\u{2019}",
    "\u{FF07}",
    "ʼ", "0;url=", ",", ";", "\"a\",\"b\"",
  ]
}
