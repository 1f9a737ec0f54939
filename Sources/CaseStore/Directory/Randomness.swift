import COpenSSL

/// Where unguessable bytes come from: OpenSSL's generator, or a test's.
package struct Randomness: Sendable {
    /// So many bytes; nil if there are none to be had.
    private let draw: @Sendable (Int) -> [UInt8]?

    package init(_ draw: @escaping @Sendable (Int) -> [UInt8]?) { self.draw = draw }

    package static let system = Randomness { count in
        var bytes = [UInt8](repeating: 0, count: count)
        return RAND_bytes(&bytes, Int32(count)) == 1 ? bytes : nil
    }

    func bytes(_ count: Int) throws(DirectoryError) -> [UInt8] {
        guard let bytes = draw(count), bytes.count == count else {
            throw DirectoryError(.unavailable("OpenSSL gives no random bytes"))
        }
        return bytes
    }

    func publicID() throws(DirectoryError) -> PublicID {
        PublicID(try bytes(16).reduce(UInt128(0)) { $0 << 8 | UInt128($1) })
    }

    func token() throws(DirectoryError) -> Token { Token(try bytes(Token.bytes)) }

    /// Six digits, each of the million as likely as the others: what is left over of 2³² above a multiple of a million is
    /// drawn again, which happens once in 4,400 times.
    func code() throws(DirectoryError) -> String {
        let codes: UInt32 = 1_000_000
        let fair = UInt32.max / codes * codes
        for _ in 0..<16 {
            let number = try bytes(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            guard number < fair else { continue }
            let digits = String(number % codes)
            return String(repeating: "0", count: 6 - digits.count) + digits
        }
        throw DirectoryError(.unavailable("the source of randomness is none"))
    }
}
