import TestSupport
import Testing
import Wire

/// Whatever a client sends is a command or an error; the process that reads it lives on.
@Suite struct TotalityTests {
    @Test(arguments: Example.all)
    func `no beginning of a message is a message`(_ example: Example) {
        let end = example.bytes.lastIndex(of: UInt8(ascii: "}")) ?? 0
        let accepted = (0...end).filter { count in
            let bytes = Array(example.bytes.prefix(count))
            return (try? ClientMessage(json: bytes)) != nil || (try? ServerMessage(json: bytes)) != nil
        }
        #expect(accepted.isEmpty)
    }

    @Test(arguments: Example.all)
    func `a damaged message is a message or an error`(_ example: Example) {
        for seed in 0..<150 {
            var random = SeededRandom(seed: UInt64(seed))
            let bytes = damage(example.bytes, &random)
            if let message = try? ClientMessage(json: bytes), (try? ClientMessage(json: message.json)) != message {
                Issue.record("a command, seed \(seed), is another one after it was written and read")
            }
            if let message = try? ServerMessage(json: bytes), (try? ServerMessage(json: message.json)) != message {
                Issue.record("a server's message, seed \(seed), is another one after it was written and read")
            }
        }
    }

    @Test func `noise is an error`() {
        var random = SeededRandom(seed: 7)
        for count in 0..<2000 {
            let bytes = random.bytes(count)
            #expect(throws: WireError.self) { try ClientMessage(json: bytes) }
        }
    }

    /// Bytes are flipped, removed, doubled, moved, and replaced by what readers trip over.
    private func damage(_ original: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        let hostile = [
            "\"", "\\", "{", "}", "[", "]", ",", ":", "null", "-", "1e999", "9007199254740993", "99999999999999999999",
            "\\ud800", "\\u0000", "\\u", "\"id\":1,", "true", "\u{0}", "\u{FEFF}", "-0", "0.5", "[[[[[[[[[[",
        ]
        var bytes = original
        for _ in 0..<random.int(1...4) {
            guard !bytes.isEmpty else { break }
            let place = random.int(0...bytes.count - 1)
            switch random.int(0...4) {
            case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
            case 1: bytes.remove(at: place)
            case 2: bytes.insert(contentsOf: hostile[random.int(0...hostile.count - 1)].utf8, at: place)
            case 3: bytes.removeSubrange(place..<min(bytes.count, place + random.int(1...12)))
            default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 20)], at: place)
            }
        }
        return bytes
    }
}
