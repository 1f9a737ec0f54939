import COpenSSL

/// A key in memory: 32 bytes that are wiped when the last reference goes.
final class SecretBytes: @unchecked Sendable {
    // Sound: the bytes are written in `init` only, and freed when nobody can read them any more.
    static let count = 32
    private let memory: UnsafeMutablePointer<UInt8>

    /// `fill` writes all 32 bytes, or says false.
    init?(_ fill: (UnsafeMutablePointer<UInt8>) -> Bool) {
        memory = .allocate(capacity: Self.count)
        memory.initialize(repeating: 0, count: Self.count)
        guard fill(memory) else { return nil }
    }

    deinit {
        OPENSSL_cleanse(memory, Self.count)
        memory.deallocate()
    }

    static func random() throws(VaultError) -> SecretBytes {
        guard let secret = SecretBytes({ RAND_priv_bytes($0, Int32(count)) == 1 }) else {
            throw .unavailable("OpenSSL gives no random bytes")
        }
        return secret
    }

    /// A key for one purpose, from which neither this key nor those for other purposes can be computed (RFC 5869).
    func derived(for purpose: StaticString) throws(VaultError) -> SecretBytes {
        let derived = SecretBytes { out in
            copenssl_hkdf_sha256(
                out, Self.count, memory, Self.count,
                UnsafeRawPointer(purpose.utf8Start).assumingMemoryBound(to: CChar.self)) == 1
        }
        guard let derived else { throw .unavailable("OpenSSL derives no key") }
        return derived
    }

    /// HMAC-SHA-256 of the message under this key (RFC 2104).
    func hmac(_ message: [UInt8]) throws(VaultError) -> [UInt8] {
        var hash = [UInt8](repeating: 0, count: 32)
        let done = withBytes { key in
            HMAC(EVP_sha256(), key, Int32(Self.count), message, message.count, &hash, nil) != nil
        }
        guard done else { throw .unavailable("OpenSSL computes no HMAC") }
        return hash
    }

    func withBytes<Result>(_ body: (UnsafePointer<UInt8>) -> Result) -> Result {
        withExtendedLifetime(self) { body(UnsafePointer(memory)) }
    }
}

/// Overwrites what the optimiser would leave, because nobody reads it any more.
func wipe(_ bytes: UnsafeMutableRawBufferPointer) {
    if let base = bytes.baseAddress { OPENSSL_cleanse(base, bytes.count) }
}
