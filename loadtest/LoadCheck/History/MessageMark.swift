/// What the text of each message says about itself: who wrote it, as which of theirs, and when it was due. A checksum
/// stands at the end, so that a changed text is told from another one.
///
///     load 5f3a91c2 17 4 81234567890 ……… 0c5d9e1f00aa77b3
///          run     client number, due at (µs, monotonic), filler, FNV-1a of all that stands before
package struct MessageMark: Hashable, Sendable {
    package let run: UInt32
    package let client: Int
    package let number: Int
    /// By the monotonic clock, which all processes of a machine share.
    package let dueMicroseconds: Int64

    package init(run: UInt32, client: Int, number: Int, dueMicroseconds: Int64) {
        self.run = run
        self.client = client
        self.number = number
        self.dueMicroseconds = dueMicroseconds
    }

    package var id: MessageID { MessageID(client: client, number: number) }

    private static let word = "load"
    /// What the largest numbers need.
    package static let shortestBytes = 96

    /// The mark as a text of exactly so many bytes.
    package func text(bytes count: Int) -> String {
        var text = "\(Self.word) \(hexadecimal(UInt64(run), digits: 8)) \(client) \(number) \(dueMicroseconds) "
        let filler = max(1, count - text.utf8.count - 1 - 16)
        text += String(repeating: "x", count: filler) + " "
        return text + hexadecimal(Self.checksum(text.utf8), digits: 16)
    }

    /// Nil for a text that no mark is in, or that is not as it was written.
    package init?(text: String) {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 7, parts[0] == Self.word, let checksum = parts.last else { return nil }
        let marked = text.utf8.dropLast(checksum.utf8.count)
        guard checksum == hexadecimal(Self.checksum(marked), digits: 16), let run = UInt32(parts[1], radix: 16),
            let client = Int(parts[2]), let number = Int(parts[3]), let due = Int64(parts[4])
        else { return nil }
        self.init(run: run, client: client, number: number, dueMicroseconds: due)
    }

    /// FNV-1a, 64 bits: against mistakes, not against malice.
    private static func checksum(_ bytes: some Sequence<UInt8>) -> UInt64 {
        var value: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return value
    }
}

/// A message's identity: the how many-th of which client.
package struct MessageID: Hashable, Sendable, CustomStringConvertible {
    package let client: Int
    package let number: Int

    package init(client: Int, number: Int) {
        self.client = client
        self.number = number
    }

    package var description: String { "\(client)/\(number)" }
}

package func hexadecimal(_ value: some BinaryInteger, digits: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
}
