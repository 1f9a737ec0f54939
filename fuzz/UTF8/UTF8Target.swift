import FuzzSupport
import WebSocket

/// `UTF8Validator` against the standard library: it accepts what `String` accepts, and fails at the first byte that no
/// text can contain at its place, wherever the input is cut.
@main
enum UTF8Target {
    static func main() {
        fuzz { choices in
            let pieces = Pieces(choices.byte())
            judge(choices.bytes(), pieces)
        }
    }

    private static func judge(_ bytes: [UInt8], _ pieces: Pieces) {
        let isText = String(validating: bytes, as: UTF8.self) != nil
        let whole = withCopy(of: bytes[...]) { UTF8Validator.isValid(UnsafeRawBufferPointer($0)) }
        expectEqual(whole, isText, "isValid differs from String(validating:)")

        var validator = UTF8Validator()
        var accepts = true
        pieces.forEach(of: bytes) { piece in
            accepts = validator.accept(UnsafeRawBufferPointer(piece))
            return accepts
        }
        expectEqual(accepts && validator.isComplete, isText, "in pieces it differs from String(validating:)")

        let good = lengthAccepted(bytes)
        expectEqual(accepts, good == bytes.count, "in pieces it differs from single bytes")
        expect(canBecomeText(bytes[..<good]), "accepted \(good) bytes that cannot become text")
        if good < bytes.count {
            expect(!canBecomeText(bytes[...good]), "refused byte \(good), with which it can still become text")
        }
    }

    /// How many single bytes are accepted.
    private static func lengthAccepted(_ bytes: [UInt8]) -> Int {
        var validator = UTF8Validator()
        for (index, byte) in bytes.enumerated() {
            guard withUnsafeBytes(of: byte, { validator.accept($0) }) else { return index }
        }
        return bytes.count
    }

    /// Whether text can begin with these bytes, by trial: at most the last three belong to a scalar that is not
    /// complete, and these completions suffice for each that exists.
    private static func canBecomeText(_ bytes: ArraySlice<UInt8>) -> Bool {
        let start = (0...min(3, bytes.count)).map { bytes.endIndex - $0 }
            .first { String(validating: bytes[..<$0], as: UTF8.self) != nil }
        guard let start else { return false }
        let tail = Array(bytes[start...])
        return completions.contains { String(validating: tail + $0, as: UTF8.self) != nil }
    }

    private static let completions: [[UInt8]] = {
        let next: [UInt8] = [0x80, 0x90, 0xA0, 0xBF]
        let pairs = next.flatMap { first in next.map { [first, $0] } }
        let triples = pairs.flatMap { pair in next.map { pair + [$0] } }
        return [[]] + next.map { [$0] } + pairs + triples
    }()
}
