import TestSupport
import Testing

@testable import WebSocket

/// What the standard library says about a whole text.
private func isValid(_ bytes: [UInt8]) -> Bool { String(validating: bytes, as: UTF8.self) != nil }

/// Whether some valid text begins with these bytes. One of these completions fits every scalar that is cut short: A0
/// behind E0 and F0, 80 behind all other lead bytes.
private func beginsValidText(_ bytes: [UInt8]) -> Bool {
    let completions: [[UInt8]] = [
        [], [0x80], [0xA0], [0x80, 0x80], [0xA0, 0x80], [0x80, 0x80, 0x80], [0xA0, 0x80, 0x80],
    ]
    return completions.contains { isValid(bytes + $0) }
}

private func accepts(_ validator: inout UTF8Validator, _ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBytes { validator.accept($0) }
}

/// The number of bytes at which a validator fails that gets them one by one; nil if it takes all.
private func firstBadByte(_ bytes: [UInt8]) -> Int? {
    var validator = UTF8Validator()
    return bytes.indices.first { !accepts(&validator, [bytes[$0]]) }
}

struct TextRow: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let bytes: [UInt8]
    /// The first byte that is wrong; nil: none is.
    let badByte: Int?
    let isComplete: Bool

    init(_ label: String, _ bytes: [UInt8], badByte: Int? = nil, isComplete: Bool? = nil) {
        (testDescription, self.bytes, self.badByte) = (label, bytes, badByte)
        self.isComplete = isComplete ?? (badByte == nil)
    }
}

@Suite("UTF-8")
struct UTF8ValidatorTests {
    @Test(
        "is valid or fails at its first bad byte, however it is cut (RFC 3629 §3, §4)",
        arguments: [
            TextRow("nothing", []), TextRow("NUL", [0]), TextRow("U+007F", [0x7F]),
            TextRow("U+0080", [0xC2, 0x80]), TextRow("U+07FF", [0xDF, 0xBF]),
            TextRow("U+0800", [0xE0, 0xA0, 0x80]), TextRow("U+FFFF", [0xEF, 0xBF, 0xBF]),
            TextRow("U+D7FF, before the surrogates", [0xED, 0x9F, 0xBF]),
            TextRow("U+E000, behind the surrogates", [0xEE, 0x80, 0x80]),
            TextRow("U+10000", [0xF0, 0x90, 0x80, 0x80]), TextRow("U+10FFFF", [0xF4, 0x8F, 0xBF, 0xBF]),
            TextRow("U+FEFF, a byte order mark", [0xEF, 0xBB, 0xBF]),
            TextRow("a long line of ASCII", Array(repeating: 0x61, count: 40)),
            TextRow("ASCII and é at the end of a word", Array("abcdefgé".utf8)),
            TextRow("κόσμε", Array("κόσμε".utf8)), TextRow("a family", Array("👩‍👩‍👧‍👦 and more".utf8)),
            TextRow("overlong NUL in two bytes", [0xC0, 0x80], badByte: 0),
            TextRow("overlong U+007F in two bytes", [0xC1, 0xBF], badByte: 0),
            TextRow("overlong NUL in three bytes", [0xE0, 0x80, 0x80], badByte: 1),
            TextRow("overlong U+07FF in three bytes", [0xE0, 0x9F, 0xBF], badByte: 1),
            TextRow("overlong NUL in four bytes", [0xF0, 0x80, 0x80, 0x80], badByte: 1),
            TextRow("overlong U+FFFF in four bytes", [0xF0, 0x8F, 0xBF, 0xBF], badByte: 1),
            TextRow("the first surrogate", [0xED, 0xA0, 0x80], badByte: 1),
            TextRow("the last surrogate", [0xED, 0xBF, 0xBF], badByte: 1),
            TextRow("a surrogate pair", [0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80], badByte: 1),
            TextRow("U+110000", [0xF4, 0x90, 0x80, 0x80], badByte: 1),
            TextRow("F5, U+140000", [0xF5, 0x80, 0x80, 0x80], badByte: 0),
            TextRow("five bytes", [0xF8, 0x88, 0x80, 0x80, 0x80], badByte: 0),
            TextRow("six bytes", [0xFC, 0x84, 0x80, 0x80, 0x80, 0x80], badByte: 0),
            TextRow("FE", [0xFE], badByte: 0), TextRow("FF", [0xFF], badByte: 0),
            TextRow("a stray continuation byte", [0x61, 0x80], badByte: 1),
            TextRow("one continuation byte too many", [0xC3, 0xA9, 0xA9], badByte: 2),
            TextRow("a lead byte behind a lead byte", [0xC3, 0xC3], badByte: 1),
            TextRow("ASCII within two bytes", [0xC3, 0x61], badByte: 1),
            TextRow("ASCII within three bytes", [0xE2, 0x82, 0x61], badByte: 2),
            TextRow("ASCII within four bytes", [0xF0, 0x9F, 0x98, 0x61], badByte: 3),
            TextRow("bad behind a word of ASCII", Array("12345678abc".utf8) + [0xFF, 0x61], badByte: 11),
            TextRow("two bytes, cut", [0xC3], isComplete: false),
            TextRow("three bytes, cut", [0x61, 0xE2, 0x82], isComplete: false),
            TextRow("four bytes, cut", [0xF0, 0x9F, 0x98], isComplete: false),
        ])
    func table(row: TextRow) {
        #expect(firstBadByte(row.bytes) == row.badByte)
        #expect(isValid(row.bytes) == row.isComplete)
        let isJudgedValid = row.bytes.withUnsafeBytes { UTF8Validator.isValid($0) }
        #expect(isJudgedValid == row.isComplete)
        let differences = differencesBetweenSplits(of: row.bytes) { pieces in
            var validator = UTF8Validator()
            guard pieces.allSatisfy({ accepts(&validator, Array(row.bytes[$0])) }) else { return [false] }
            return [true, validator.isComplete]
        }
        #expect(differences.isEmpty)
        // Anything before the bad byte is taken, whatever the pieces.
        if let badByte = row.badByte {
            var validator = UTF8Validator()
            #expect(accepts(&validator, Array(row.bytes[..<badByte])))
        }
    }

    /// A sequence with a bad prefix is bad, and the validator said so at the prefix: what is left are the sequences
    /// whose prefixes begin a valid text, and all of those are tried.
    @Test("of one, two and three bytes is judged as the standard library does, at every split")
    func allShortSequences() {
        let all = UInt8.min...UInt8.max
        let one = all.map { beginsValidText([$0]) }
        let oneWhole = all.map { isValid([$0]) }
        var two = [Bool](repeating: false, count: 0x1_0000)
        var wrong: [[UInt8]] = []
        for first in all {
            var afterFirst = UTF8Validator()
            let isTaken = accepts(&afterFirst, [first])
            if isTaken != one[Int(first)] || (isTaken && afterFirst.isComplete != oneWhole[Int(first)]) {
                wrong.append([first])
            }
            for second in all {
                let index = Int(first) << 8 | Int(second)
                two[index] = beginsValidText([first, second])
                guard one[Int(first)] else { continue }
                var pieced = afterFirst
                var whole = UTF8Validator()
                let isPiecedTaken = accepts(&pieced, [second])
                let isWholeTaken = accepts(&whole, [first, second])
                let isWhole = two[index] && isValid([first, second])
                if isPiecedTaken != two[index] || isWholeTaken != two[index]
                    || (two[index] && (pieced.isComplete != isWhole || whole.isComplete != isWhole))
                {
                    wrong.append([first, second])
                }
            }
        }
        // Behind ASCII a text begins anew, as the pairs have shown: three such bytes stand for all in front of a pair.
        let fronts = [0x00, 0x61, 0x7F] + Array(0x80...0xFF)
        for index in fronts.flatMap({ $0 << 8...$0 << 8 | 0xFF }) where two[index] {
            wrong += wrongThirdBytes([UInt8(index >> 8), UInt8(index & 0xFF)], one: one, oneWhole: oneWhole, two: two)
        }
        #expect(wrong.prefix(10) == [])
    }

    private func wrongThirdBytes(_ start: [UInt8], one: [Bool], oneWhole: [Bool], two: [Bool]) -> [[UInt8]] {
        var wrong: [[UInt8]] = []
        var bytes = start + [0]
        let isStartWhole = isValid(start)
        var afterFirst = UTF8Validator()
        _ = accepts(&afterFirst, [start[0]])
        var afterSecond = afterFirst
        _ = accepts(&afterSecond, [start[1]])
        bytes.withUnsafeMutableBytes { buffer in
            for third in UInt8.min...UInt8.max {
                buffer[2] = third
                let text = UnsafeRawBufferPointer(buffer)
                let isWhole = String(validating: text, as: UTF8.self) != nil
                let begins =
                    if isWhole {
                        true
                    } else if isStartWhole {
                        one[Int(third)]
                    } else if oneWhole[Int(start[0])] {
                        two[Int(start[1]) << 8 | Int(third)]
                    } else {
                        // A scalar that is still incomplete has four bytes.
                        start[0] >= 0xF0 && beginsValidText(start + [third])
                    }
                var validator = UTF8Validator()
                var isRight = validator.accept(text) == begins && UTF8Validator.isValid(text) == isWhole
                if begins { isRight = isRight && validator.isComplete == isWhole }
                var (late, early) = (afterSecond, afterFirst)
                isRight =
                    isRight && late.accept(UnsafeRawBufferPointer(rebasing: text[2...])) == begins
                    && early.accept(UnsafeRawBufferPointer(rebasing: text[1...])) == begins
                if begins { isRight = isRight && late.isComplete == isWhole && early.isComplete == isWhole }
                if !isRight { wrong.append(start + [third]) }
            }
        }
        return wrong
    }

    @Test("of four bytes is judged as the standard library does, at the borders of every range")
    func fourByteSequences() {
        let borders: [UInt8] = [0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF]
        var wrong: [[UInt8]] = []
        for lead in UInt8(0xEF)...0xFF {
            for second in borders {
                for third in borders {
                    for fourth in borders {
                        let bytes = [lead, second, third, fourth]
                        let isWhole = isValid(bytes)
                        let judged = bytes.withUnsafeBytes { UTF8Validator.isValid($0) }
                        let bad = firstBadByte(bytes)
                        if judged != isWhole || isWhole && bad != nil { wrong.append(bytes) }
                        if let bad, !beginsValidText(Array(bytes[..<bad])) || beginsValidText(Array(bytes[...bad])) {
                            wrong.append(bytes)
                        }
                    }
                }
            }
        }
        #expect(wrong.prefix(10) == [])
    }

    @Test("at random is judged as the standard library does, however it is cut")
    func random() {
        var random = SeededRandom(seed: 3629)
        for _ in 0..<2000 {
            var bytes = Array(randomText(length: random.int(0...30), using: &random).utf8)
            if !bytes.isEmpty, random.oneIn(2) { bytes[random.int(0...bytes.count - 1)] = random.bytes(1)[0] }
            var validator = UTF8Validator()
            let isTaken = random.pieces(of: bytes.count, longest: 9).allSatisfy {
                accepts(&validator, Array(bytes[$0]))
            }
            #expect((isTaken && validator.isComplete) == isValid(bytes), "\(bytes)")
        }
    }
}

/// Scalars of all lengths, most of them ASCII.
func randomText(length: Int, using random: inout SeededRandom) -> String {
    var text = ""
    for _ in 0..<length {
        let highest = [0x7F, 0x7F, 0x7F, 0x7FF, 0xFFFF, 0x10_FFFF][random.int(0...5)]
        text.unicodeScalars.append(Unicode.Scalar(UInt32(random.int(0...highest))) ?? "\u{FFFD}")
    }
    return text
}
