import COpenSSL

/// What the house signs with and checks signatures by; OpenSSL computes.
enum Digests {
    /// RFC 2104 with SHA-256. Empty only if OpenSSL has no memory: an empty signature matches nothing.
    static func hmacSHA256(key: [UInt8], _ message: [UInt8]) -> [UInt8] { hmac(EVP_sha256(), 32, key, message) }

    /// With SHA-1, which Twilio signs with; forging an HMAC does not follow from finding collisions (RFC 6194 §3.3).
    static func hmacSHA1(key: [UInt8], _ message: [UInt8]) -> [UInt8] { hmac(EVP_sha1(), 20, key, message) }

    static func sha256(_ message: [UInt8]) -> [UInt8] {
        var hash = [UInt8](repeating: 0, count: 32)
        return SHA256(message, message.count, &hash) == nil ? [] : hash
    }

    /// In a time that does not tell how much of them is the same.
    static func areEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        !one.isEmpty && one.count == other.count && CRYPTO_memcmp(one, other, one.count) == 0
    }

    static func hex(_ bytes: [UInt8]) -> String {
        let signs = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [signs[Int($0 >> 4)], signs[Int($0 & 15)]] }, as: UTF8.self)
    }

    private static func hmac(
        _ algorithm: OpaquePointer?, _ count: Int, _ key: [UInt8], _ message: [UInt8]
    ) -> [UInt8] {
        var hash = [UInt8](repeating: 0, count: count)
        guard HMAC(algorithm, key, Int32(clamping: key.count), message, message.count, &hash, nil) != nil else {
            return []
        }
        return hash
    }
}

/// A password, a token or a key for signing: in no description and no dump.
package struct Secret: Sendable, CustomStringConvertible, CustomReflectable {
    package let text: String

    package init(_ text: String) { self.text = text }

    package var description: String { "(secret)" }
    package var customMirror: Mirror { Mirror(reflecting: description) }

    var bytes: [UInt8] { Array(text.utf8) }
}
