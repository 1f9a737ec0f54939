import Foundation
import TestSupport
import Testing

@testable import Files

@Suite struct InspectionTests {
    private func inspect(_ bytes: [UInt8], _ declared: String? = nil) throws -> InspectedFile {
        try FileInspector.inspect(bytes, declared: declared)
    }

    private func refusal(_ bytes: [UInt8], _ declared: String? = nil) -> FileRefusal? {
        do {
            _ = try FileInspector.inspect(bytes, declared: declared)
            return nil
        } catch { return error }
    }

    // covers: S0.17, B9
    @Test(
        arguments: [
            (FileKind.jpeg, Sample.jpeg()), (.png, Sample.png()), (.gif, Sample.gif()), (.webp, Sample.webp()),
            (.heic, Sample.heic()), (.pdf, Sample.pdf()), (.docx, Sample.docx()), (.odt, Sample.openDocument("text")),
            (.ods, Sample.openDocument("spreadsheet")), (.txt, Array("Good morning\n".utf8)), (.wav, Sample.wave),
            (.mp3, Sample.mp3), (.mp4, Sample.film()), (.m4a, Sample.film("M4A ")), (.dicom, Sample.dicom),
        ])
    func `a file's kind is found by its content, and what it is declared as has to agree`(
        _ kind: FileKind, _ bytes: [UInt8]
    ) throws {
        #expect(try inspect(bytes).kind == kind)
        #expect(try inspect(bytes, kind.mediaType.uppercased()).kind == kind)
        #expect(try inspect(bytes, "application/octet-stream").kind == kind)
        #expect(refusal(bytes, kind == .pdf ? "image/png" : "application/pdf") == .otherType)
        #expect(refusal(bytes, "text/html") == .notAllowed)
        // What was kept is such a file still, and nothing more is taken out of it.
        let kept = try inspect(bytes).content
        #expect(try inspect(kept).content == kept)
    }

    @Test func `a table is known by what it is declared as`() throws {
        let table = Array("a;b\n1;2\n".utf8)
        #expect(try inspect(table, "text/csv; charset=utf-8").kind == .csv)
        #expect(try inspect(table, "application/vnd.ms-excel").kind == .csv)
        #expect(try inspect([0xFF, 0xFE] + Array("h\0i\0".utf8)).content == Array("hi".utf8))
    }

    // covers: B9
    @Test(
        arguments: [
            ("HTML", "<!DOCTYPE html><script>alert(1)</script>", "text/html"), ("HTML as text", "<html>", "text/plain"),
            ("HTML behind spaces", " \n<ScRiPt>alert(1)</script>", ""),
            ("HTML in a text", "hello <script>alert(1)</script>", "text/plain"),
            ("SVG", "<svg xmlns='x' onload='alert(1)'/>", "image/svg+xml"), ("XML", "<?xml version='1.0'?><x/>", ""),
            ("a shell script", "#!/bin/sh\nreboot", ""), ("a program", "MZ\u{0}\u{1}\u{2}", ""),
            ("an ELF program", "\u{7F}ELF\u{2}\u{1}", ""), ("control characters", "a\u{1B}[31mb", "text/plain"),
        ])
    func `what a browser or a computer would run is refused`(_ name: String, _ text: String, _ declared: String) {
        #expect(refusal(Array(text.utf8), declared) == .notAllowed)
    }

    // covers: B9
    @Test(arguments: 1...8) func `a photo keeps its orientation, and nothing else of what the camera wrote`(
        _ orientation: Int
    ) throws {
        let xmp = Sample.segment(0xE1, Array("http://ns.adobe.com/xap/1.0/\0\(Sample.secret)".utf8))
        let iptc = Sample.segment(0xED, Array("Photoshop 3.0\0\(Sample.secret)".utf8))
        let comment = Sample.segment(0xFE, Array(Sample.secret.utf8))
        let colours = Sample.segment(0xE2, Array("ICC_PROFILE\0\u{1}\u{1}colours".utf8))
        let bytes = Sample.jpeg(orientation: orientation, extra: xmp + iptc + comment + colours)
        try #require(Sample.holds(bytes))
        let kept = try inspect(bytes)
        #expect(!Sample.holds(kept.content) && Sample.holds(kept.content, "colours"))
        #expect(kept.pixels == PixelSize(width: 640, height: 480))
        // Byte for byte a file without all of it, and with the one word.
        let exif =
            orientation == 1
            ? []
            : Sample.segment(
                0xE1,
                Array("Exif\0\0MM".utf8) + [0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, UInt8(orientation)]
                    + [0, 0, 0, 0, 0, 0])
        let plain = Sample.jpeg(extra: colours)
        #expect(kept.content == plain[..<2] + exif + plain[2...])
    }

    // covers: B9
    @Test func `the other pictures and films lose place and device as well`() throws {
        let texts = Sample.chunk("tEXt", Array("Comment\0\(Sample.secret)".utf8))
        let exif = Sample.chunk("eXIf", Sample.exif(orientation: 6, isLittle: false))
        let png = try inspect(Sample.png(extra: texts + exif)).content
        #expect(!Sample.holds(png) && Sample.holds(png, "eXIf") && !Sample.holds(png, "tEXt"))
        let comment = [0x21, 0xFE, UInt8(Sample.secret.utf8.count)] + Array(Sample.secret.utf8) + [0]
        #expect(try inspect(Sample.gif(extra: comment)).content == Sample.gif())
        let webp = try inspect(Sample.webp(orientation: 6))
        #expect(!Sample.holds(webp.content) && Sample.holds(webp.content, "EXIF") && webp.pixels?.width == 32)
        let upright = try inspect(Sample.webp(orientation: 1)).content
        #expect(!Sample.holds(upright, "EXIF") && !Sample.holds(upright, "XMP "))
        let heic = try inspect(Sample.heic())
        #expect(!Sample.holds(heic.content) && heic.pixels == PixelSize(width: 4032, height: 3024))
        #expect(!Sample.holds(try inspect(Sample.film()).content))
        #expect(refusal(Sample.heic(isFindable: false)) == .damaged, "what cannot be found cannot be taken out")
        #expect(refusal(Sample.heic(parts: 2)) == .damaged, "two parts that lie on each other")
        #expect(refusal(Sample.heic(parts: 60_000)) == .tooMuchInside)
    }

    // covers: B9
    @Test func `what stands behind a file's end is cut off`() throws {
        let hidden = Array("<script>hidden</script>".utf8)
        for (bytes, plain) in [
            (Sample.jpeg(trailing: hidden), Sample.jpeg()), (Sample.png(trailing: hidden), Sample.png()),
            (Sample.gif(trailing: hidden), Sample.gif()), (Sample.webp(trailing: hidden), Sample.webp()),
            (Sample.wave + hidden, Sample.wave), (Sample.pdf(trailing: hidden), Sample.pdf()),
        ] {
            #expect(try inspect(bytes).content == plain)
        }
        #expect(!Sample.holds(try inspect(Sample.dicom).content, "MZ"), "a program in the preamble")
    }

    // covers: B9
    @Test func `a file of two types at once is refused, or is one of them afterwards`() throws {
        let archive = Sample.zip([Sample.Part(name: "a.class", content: [1, 2, 3])])
        #expect(refusal(Sample.pdf(trailing: archive + [UInt8](repeating: 0x20, count: 2000))) == .severalFormats)
        #expect(refusal(Array("plain text ".utf8) + archive) != nil)
        let inScan = Sample.png(extra: Sample.chunk("PLTE", archive))
        #expect(refusal(inScan) == .severalFormats, "an archive within a chunk that is kept")
        #expect(
            try inspect(Sample.docx(prefix: Sample.gif())).content == Sample.gif(), "the archive behind it is cut off")
        #expect(refusal(Sample.docx(prefix: Array("#!/bin/sh\n".utf8))) != nil)
        #expect(refusal(Sample.docx(trailing: [0])) == .damaged)
    }

    // covers: B9
    @Test func `documents with macros, passwords or tricks in their archive are refused`() {
        #expect(refusal(Sample.docx([Sample.Part(name: "word/vbaProject.bin", content: [1])])) == .macros)
        #expect(refusal(Sample.docx([Sample.Part(name: "../../etc/passwd", content: [1])])) == .damaged)
        #expect(refusal(Sample.docx([Sample.Part(name: "/etc/passwd", content: [1])])) == .damaged)
        #expect(refusal(Sample.docx([Sample.Part(name: "word\\x", content: [1])])) == .damaged)
        #expect(refusal(Sample.docx([Sample.Part(name: "WORD/document.xml", content: [1])])) == .damaged, "twice")
        #expect(refusal(Sample.zip([Sample.Part(name: "a.txt", content: [1])])) == .notAllowed)
        #expect(refusal(Sample.docx((0..<5000).map { Sample.Part(name: "\($0)") })) == .tooMuchInside)
        var locked = Sample.docx()
        // The flag of encryption, in the directory.
        if let entry = Data(locked).range(of: Data([0x50, 0x4B, 1, 2]))?.lowerBound { locked[entry + 8] = 1 }
        #expect(refusal(locked) == .encrypted)
    }

    // covers: B9
    @Test func `an archive that unpacks to more than it says, or than there may be, is given up on the way`() {
        let zeros = [UInt8](repeating: 0, count: 4 << 20)
        let liar = Sample.Part(name: "word/a.xml", content: zeros, isPacked: true, said: 100)
        #expect(refusal(Sample.docx([liar])) == .damaged)
        let bomb = (0..<80).map { Sample.Part(name: "word/\($0).xml", content: zeros, isPacked: true) }
        #expect(refusal(Sample.docx(bomb)) == .tooMuchInside)
    }

    @Test func `a picture of too many pixels is refused by its head`() {
        #expect(refusal(Sample.png(width: 30_000, height: 30_000)) == .tooManyPixels)
        #expect(refusal(Sample.jpeg(width: 65_535, height: 1)) == .tooManyPixels)
        #expect(refusal(Sample.png(width: 0)) == .damaged)
        #expect(refusal([]) == .empty)
    }

    /// Whatever is cut off or changed, the answer is a file or a refusal; a trap would end this process.
    @Test(
        arguments: [
            Sample.jpeg(orientation: 6), Sample.png(), Sample.gif(), Sample.webp(orientation: 6), Sample.heic(),
            Sample.film(),
            Sample.docx(), Sample.openDocument("text"), Sample.pdf(), Sample.wave, Sample.mp3, Sample.dicom,
        ])
    func `no bytes are too bad to be answered`(_ bytes: [UInt8]) {
        for count in 0..<min(bytes.count, 600) { _ = refusal(Array(bytes[..<count])) }
        var random = SeededRandom(seed: UInt64(bytes.count))
        for _ in 0..<3000 {
            var broken = bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<broken.count, using: &random)
                broken[place] =
                    [0, 1, 0x7F, 0x80, 0xFF, UInt8.random(in: 0...255, using: &random)].randomElement(using: &random)
                    ?? 0
            }
            _ = refusal(broken)
        }
    }
}
