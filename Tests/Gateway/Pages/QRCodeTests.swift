import Testing

@testable import Gateway

@Suite struct QRCodeTests {
    /// The three squares by which a code is found (ISO/IEC 18004 §6.3.3), 7 modules wide.
    private func hasFinder(_ code: QRCode, row: Int, column: Int) -> Bool {
        (0..<7).allSatisfy { y in
            (0..<7).allSatisfy { x in
                let ring = max(abs(y - 3), abs(x - 3))
                return code[row + y, column + x] == (ring != 2)
            }
        }
    }

    @Test(arguments: [("a", 21), (String(repeating: "x", count: 60), 33), (String(repeating: "é", count: 500), 121)])
    func `a code grows with its text and has its three corners`(text: String, width: Int) throws {
        let code = try QRCode(text)
        #expect(code.width == width)
        let far = width - 7
        let corners = [(0, 0), (0, far), (far, 0), (far, far)].map { hasFinder(code, row: $0.0, column: $0.1) }
        #expect(corners == [true, true, true, false])
    }

    @Test func `more than a code holds is an error`() {
        #expect(throws: QRCode.TooLong.self) { try QRCode(String(repeating: "x", count: 2332)) }
        #expect(throws: QRCode.TooLong.self) { try QRCode("") }
    }

    // covers: S0.3
    @Test func `the picture has a quiet zone, its size, and a title that is text`() throws {
        let svg = try QRCode("a").svg(title: #"<b>"A" & 'B'</b>"#, pixels: 100)
        #expect(svg.contains(#"viewBox="0 0 29 29" width="100" height="100""#))
        #expect(svg.contains("<title id=\"title\">&lt;b&gt;&quot;A&quot; &amp; &#39;B&#39;&lt;/b&gt;</title>"))
        #expect(svg.contains(#"d="M4 4h7v1h-7z"#))
    }
}

@Suite struct PNGTests {
    /// What a reader of another making makes of it is asked by the tests over HTTP.
    @Test func `a picture is as large as whole dots a module allow`() throws {
        let code = try QRCode("a")
        // 21 modules and 4 of nothing on each side.
        for (pixels, side) in [(29, 29), (57, 29), (58, 58), (1, 29), (300, 290)] {
            let png = code.png(pixels: pixels)
            #expect(
                Array(png[16..<24]) == [
                    0, 0, UInt8(side >> 8), UInt8(side & 255), 0, 0, UInt8(side >> 8), UInt8(side & 255),
                ])
        }
    }

    @Test func `black and white are told apart, and a row is whole bytes`() {
        let png = PNG.encode(side: 3) { row, column in row == column }
        #expect(Array(png[..<8]) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        #expect(Array(png.suffix(12)) == [0, 0, 0, 0, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82])
        #expect(png.count < 80)
    }
}

@Suite struct MarkupTests {
    @Test(arguments: [
        ("plain", "plain"), ("<script>", "&lt;script&gt;"), ("a&b", "a&amp;b"), ("\"'", "&quot;&#39;"),
        ("山田 é 😀", "山田 é 😀"), ("a\u{0}b\u{1B}c", "a\u{FFFD}b\u{FFFD}c"), ("a\r\nb\tc", "a\r\nb\tc"),
    ])
    func `text stays text`(text: String, markup: String) {
        #expect(Markup.escape(text) == markup)
    }
}
