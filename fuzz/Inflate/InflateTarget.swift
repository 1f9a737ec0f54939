import FuzzSupport
import WebSocket

/// The inflater on arbitrary bytes, whole and in pieces and always below its limit, and on what the deflater wrote.
@main
enum InflateTarget {
    static func main() {
        fuzz { choices in
            let mode = choices.byte() % 3
            let pieces = Pieces(choices.byte())
            switch mode {
            case 0: judgeArbitrary(&choices, pieces)
            case 1: judgeRoundTrip(&choices, pieces)
            default: judgeFinalBlocks(&choices, pieces)
            }
        }
    }

    private struct Result: Equatable {
        var outcome: InflateOutcome
        var output: [UInt8]
    }

    private static func judgeArbitrary(_ choices: inout Choices, _ pieces: Pieces) {
        let windowBits = 8 + Int(choices.byte() & 7)
        let limit = choices.number()
        // A second message, with the first one as its context.
        let second = choices.bytes(Int(choices.byte()))
        let messages = [choices.bytes(), second]
        guard var whole = Inflater(windowBits: windowBits), var cut = Inflater(windowBits: windowBits) else { return }
        for message in messages {
            let expected = inflated(message, by: &whole, Pieces(255), limit: limit, inOnePiece: true)
            let got = inflated(message, by: &cut, pieces, limit: limit, inOnePiece: false)
            expectEqual(got.outcome, expected.outcome, "pieces change the outcome")
            // What a refused message had decoded to until then is nobody's.
            guard got.outcome == .consumed else { return }
            expectEqual(got.output, expected.output, "pieces change the output")
        }
    }

    private static func inflated(
        _ message: [UInt8], by inflater: inout Inflater, _ pieces: Pieces, limit: Int, inOnePiece: Bool
    ) -> Result {
        var output = ByteBuffer()
        var outcome = InflateOutcome.consumed
        func take(_ piece: UnsafeMutableRawBufferPointer) -> Bool {
            outcome = inflater.inflate(UnsafeRawBufferPointer(piece), into: &output, limit: limit)
            expect(output.count <= limit, "\(output.count) bytes of output with a limit of \(limit)")
            expect(output.capacity <= max(limit + 1, 64), "room for \(output.capacity) bytes, the limit is \(limit)")
            return outcome == .consumed
        }
        if inOnePiece {
            _ = withCopy(of: message[...], take)
        } else {
            pieces.forEach(of: message, take)
        }
        if outcome == .consumed { outcome = inflater.finishMessage(into: &output, limit: limit) }
        expect(output.count <= limit, "\(output.count) bytes of output with a limit of \(limit)")
        return Result(outcome: outcome, output: Array(output.bytes))
    }

    private static func judgeRoundTrip(_ choices: inout Choices, _ pieces: Pieces) {
        let windowBits = 8 + Int(choices.byte() & 7)
        let inflaterBits = max(windowBits, 8 + Int(choices.byte() & 7))
        let level = Int(choices.byte() % 10)
        let memLevel = 1 + Int(choices.byte() % 9)
        let keepsContext = choices.flag()
        guard var reading = Inflater(windowBits: inflaterBits) else { return }
        guard var writing = Deflater(windowBits: windowBits, level: level, memLevel: memLevel) else {
            return expectEqual(windowBits, 8, "no deflater")  // zlib has none for 8 bits
        }
        for _ in 0..<4 {
            let message = repeated(&choices)
            var wire = ByteBuffer()
            message.withUnsafeBytes { writing.deflate($0, into: &wire) }
            if !keepsContext { writing.reset() }
            let got = inflated(
                Array(wire.bytes), by: &reading, pieces, limit: message.count, inOnePiece: false)
            expectEqual(got.outcome, .consumed, "a message of \(message.count) bytes does not come back")
            expect(got.output == message, "another message of \(message.count) bytes comes back")
            if !keepsContext { reading.reset() }
        }
    }

    /// RFC 7692 §7.2.3.4: a peer may end blocks with BFINAL set and go on, with all that came before as its window.
    private static func judgeFinalBlocks(_ choices: inout Choices, _ pieces: Pieces) {
        let windowBits = 9 + Int(choices.byte() % 7)
        guard var reading = Inflater(windowBits: windowBits) else { return }
        var earlier: [UInt8] = []
        for _ in 0..<3 {
            var wire: [UInt8] = []
            let messageStart = earlier.count
            for _ in 0...(choices.byte() & 3) {
                let part = repeated(&choices)
                wire += FinalBlocks.deflate(part, after: earlier, windowBits: windowBits)
                earlier += part
            }
            wire.append(0x00)
            let message = earlier[messageStart...]
            let got = inflated(wire, by: &reading, pieces, limit: message.count, inOnePiece: false)
            expectEqual(got.outcome, .consumed, "final blocks of \(message.count) bytes do not come back")
            expect(got.output[...] == message, "other \(message.count) bytes come back from final blocks")
        }
    }

    /// Some of the input, repeated so that windows fill up and matches reach far.
    private static func repeated(_ choices: inout Choices) -> [UInt8] {
        let times = 1 + Int(choices.byte()) * Int(choices.byte() & 7)
        let seed = choices.bytes(Int(choices.byte()) * 2)
        var message: [UInt8] = []
        for round in 0..<times where message.count < 100_000 {
            message += seed
            if round % 5 == 4 { message.append(UInt8(truncatingIfNeeded: round)) }
        }
        return message
    }
}
