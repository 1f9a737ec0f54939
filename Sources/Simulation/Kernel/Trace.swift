/// What happened, in order: the whole of it as one number, by which two runs are compared, and its end in words.
struct Trace {
    private struct Line {
        let at: Duration
        let what: String
        let numbers: [Int64]
    }

    static let kept = 50

    /// FNV-1a, a word at a time.
    private(set) var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    private(set) var count = 0
    private var last: [Line] = []

    mutating func note(_ at: Duration, _ what: String, _ numbers: [Int64]) {
        mix(UInt64(bitPattern: at.wholeMicroseconds))
        for byte in what.utf8 { mix(UInt64(byte)) }
        for number in numbers { mix(UInt64(bitPattern: number)) }
        let line = Line(at: at, what: what, numbers: numbers)
        if last.count < Self.kept { last.append(line) } else { last[count % Self.kept] = line }
        count += 1
    }

    private mutating func mix(_ word: UInt64) { hash = (hash ^ word) &* 0x100_0000_01B3 }

    /// The last steps, the oldest first.
    var lastLines: [String] {
        let start = last.count < Self.kept ? 0 : count % Self.kept
        return (last[start...] + last[..<start]).map { line in
            let numbers = line.numbers.map(String.init).joined(separator: " ")
            return "\(line.at.wholeMicroseconds) µs  \(line.what) \(numbers)"
        }
    }
}

extension Duration {
    var wholeMicroseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    }
}
