import Testing

@testable import Notifications

private func times(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

@Suite struct SMSTextTests {
    @Test(arguments: [
        ("", SMSText.Alphabet.gsm7, 0, 0), ("a", .gsm7, 1, 1), ("äöüÄÖÜß@£$Ω\n", .gsm7, 12, 1), ("€", .gsm7, 2, 1),
        (times("a", 160), .gsm7, 160, 1), (times("a", 161), .gsm7, 161, 2), (times("a", 306), .gsm7, 306, 2),
        (times("a", 307), .gsm7, 307, 3), (times("€", 80), .gsm7, 160, 1), (times("€", 81), .gsm7, 162, 2),
        // 153 is odd: each part ends with half a place that an escaped sign does not fit into.
        (times("€", 152), .gsm7, 304, 2), (times("€", 153), .gsm7, 306, 3),
        ("ç", .ucs2, 1, 1), ("е", .ucs2, 1, 1), ("`", .ucs2, 1, 1), ("e\u{301}", .ucs2, 2, 1),
        ("“", .ucs2, 1, 1), ("👩", .ucs2, 2, 1), (times("ж", 70), .ucs2, 70, 1), (times("ж", 71), .ucs2, 71, 2),
        (times("ж", 134), .ucs2, 134, 2), (times("ж", 135), .ucs2, 135, 3), (times("👩", 35), .ucs2, 70, 1),
        (times("👩", 66), .ucs2, 132, 2), (times("👩", 67), .ucs2, 134, 3), ("ж" + times("a", 69), .ucs2, 70, 1),
    ])
    func `a text has so many units and parts`(text: String, alphabet: SMSText.Alphabet, units: Int, segments: Int) {
        let sms = SMSText(text)
        #expect(sms.alphabet == alphabet && sms.units == units && sms.segments == segments)
    }
}

@Suite struct OneLineTests {
    @Test(arguments: [
        ("Clinic", 10, "Clinic"), ("  a \r\n b\tc ", 10, "a b c"), ("abcdefghij", 10, "abcdefghij"),
        ("abcdefghijk", 10, "abcdefg..."), ("abcdef ghijk", 10, "abcdef..."), ("abc", 0, ""), ("abcd", 3, "abc"),
        ("a\u{202E}b\u{200F}", 10, "a b"), ("a\0b\u{85}c\u{2028}d", 10, "a b c d"), ("äöü€👩‍⚕️", 5, "äöü€👩‍⚕️"),
        ("", 10, ""), ("\n\n", 10, ""),
    ])
    func `a text becomes one line of bounded length`(text: String, longest: Int, line: String) {
        #expect(OneLine.of(text, longest: longest) == line)
    }

    @Test func `a page is not walked through`() {
        #expect(OneLine.of(String(repeating: "a", count: 10_000_000), longest: 10) == "aaaaaaa...")
    }
}
