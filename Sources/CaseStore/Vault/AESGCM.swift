import COpenSSL

/// One thread's means to seal and open: two OpenSSL contexts that are made once, since making them costs several times
/// what sealing a chat message does.
///
/// A blob is, in this order and with nothing between: version (1 byte), the id of the key it was sealed with (8 bytes,
/// big endian), the nonce (12), the ciphertext, the tag (16). What it belongs to is not in it but authenticated with it
/// (`associate`).
///
/// **Nonces are random.** With AES-GCM, one nonce used twice under one key gives the content and the authentication
/// away. A counter would be safe only while it never goes back, and it would go back with a restored backup, a cloned
/// machine or a second node. 96 random bits may be used for 2³² blobs a key (NIST SP 800-38D §8.3: a repetition is then
/// less likely than 2⁻³²); a case's key seals that case's events and nothing else, and an organisation's key its cases'
/// and guests' keys, so that the bound is some thousand times out of reach.
final class AESGCM {
    static let version: UInt8 = 1
    static let keyIDBytes = 8
    static let nonceBytes = 12
    static let tagBytes = 16
    static let headerBytes = 1 + keyIDBytes + nonceBytes
    static let overheadBytes = headerBytes + tagBytes
    /// Far above any message or settings document; files are sealed in parts.
    static let longestPlaintextBytes = 16 << 20

    /// What a blob holds. Authenticated, so that a wrapped key cannot pass as content, whose reader would be shown it.
    enum Purpose: UInt8 {
        case content = 1
        case key = 2
        /// Travels between nodes, and is kept nowhere.
        case hint = 3
    }

    private static let associatedBytes = 1 + headerBytes - nonceBytes + 8 + 1 + 8 + 2 + 8
    /// 64 nonces to a call of the generator, which costs as much for one as for many.
    private static let nonceStockBytes = 64 * nonceBytes

    private let sealing: OpaquePointer
    private let opening: OpaquePointer
    private let associated: UnsafeMutableRawPointer
    private let nonces: UnsafeMutablePointer<UInt8>
    private var noncesUsed = AESGCM.nonceStockBytes

    init() throws(VaultError) {
        guard let sealing = EVP_CIPHER_CTX_new() else { throw .unavailable("OpenSSL makes no context") }
        guard let opening = EVP_CIPHER_CTX_new() else {
            EVP_CIPHER_CTX_free(sealing)
            throw .unavailable("OpenSSL makes no context")
        }
        self.sealing = sealing
        self.opening = opening
        associated = .allocate(byteCount: Self.associatedBytes, alignment: 1)
        nonces = .allocate(capacity: Self.nonceStockBytes)
        nonces.initialize(repeating: 0, count: Self.nonceStockBytes)
        guard EVP_EncryptInit_ex(sealing, EVP_aes_256_gcm(), nil, nil, nil) == 1,
            EVP_DecryptInit_ex(opening, EVP_aes_256_gcm(), nil, nil, nil) == 1
        else { throw .unavailable("OpenSSL has no AES-256-GCM") }
    }

    deinit {
        // Wipes the key schedules, too.
        EVP_CIPHER_CTX_free(sealing)
        EVP_CIPHER_CTX_free(opening)
        associated.deallocate()
        nonces.deallocate()
    }

    /// The key's schedule stays in the context until another one replaces it.
    func setSealingKey(_ key: SecretBytes) throws(VaultError) {
        guard key.withBytes({ EVP_EncryptInit_ex(sealing, nil, nil, $0, nil) }) == 1 else {
            throw .unavailable("OpenSSL refuses a key")
        }
    }

    func setOpeningKey(_ key: SecretBytes) throws(VaultError) {
        guard key.withBytes({ EVP_DecryptInit_ex(opening, nil, nil, $0, nil) }) == 1 else {
            throw .unavailable("OpenSSL refuses a key")
        }
    }

    /// Seals under the key set before, whose id is `keyID`. The one allocation is the blob.
    func seal(
        _ plaintext: UnsafeBufferPointer<UInt8>, _ purpose: Purpose, keyID: UInt64, at place: SealedPlace
    ) throws(VaultError) -> [UInt8] {
        guard plaintext.count <= Self.longestPlaintextBytes else { throw .tooLong(bytes: plaintext.count) }
        let nonce = try nextNonce()
        associate(purpose, keyID, place)
        let blob = [UInt8](unsafeUninitializedCapacity: Self.overheadBytes + plaintext.count) { buffer, count in
            count = 0
            guard let out = buffer.baseAddress else { return }
            out[0] = Self.version
            UnsafeMutableRawPointer(out + 1).storeBytes(of: keyID.bigEndian, as: UInt64.self)
            (out + 1 + Self.keyIDBytes).update(from: nonce, count: Self.nonceBytes)
            let ciphertext = out + Self.headerBytes
            var written: Int32 = 0
            // GCM ends on no block boundary, so that the call that finishes writes nothing more.
            guard EVP_EncryptInit_ex(sealing, nil, nil, nil, nonce) == 1,
                EVP_EncryptUpdate(sealing, nil, &written, associated, Int32(Self.associatedBytes)) == 1,
                plaintext.isEmpty
                    || EVP_EncryptUpdate(
                        sealing, ciphertext, &written, plaintext.baseAddress, Int32(plaintext.count)) == 1,
                EVP_EncryptFinal_ex(sealing, ciphertext + plaintext.count, &written) == 1,
                EVP_CIPHER_CTX_ctrl(
                    sealing, EVP_CTRL_AEAD_GET_TAG, Int32(Self.tagBytes), ciphertext + plaintext.count) == 1
            else { return }
            count = Self.overheadBytes + plaintext.count
        }
        guard !blob.isEmpty else { throw .unavailable("OpenSSL does not seal") }
        return blob
    }

    /// The id of the key that the blob says it was sealed with.
    static func keyID(of blob: UnsafeBufferPointer<UInt8>) throws(VaultError) -> UInt64 {
        guard blob.count >= overheadBytes, blob.count <= overheadBytes + longestPlaintextBytes, blob[0] == version
        else { throw .unknownShape }
        return UInt64(bigEndian: UnsafeRawBufferPointer(blob).loadUnaligned(fromByteOffset: 1, as: UInt64.self))
    }

    /// Opens with the key set before; `keyID` has come from this blob.
    func open(
        _ blob: UnsafeBufferPointer<UInt8>, _ purpose: Purpose, keyID: UInt64, at place: SealedPlace
    ) throws(VaultError) -> [UInt8] {
        guard let base = blob.baseAddress, blob.count >= Self.overheadBytes else { throw .unknownShape }
        associate(purpose, keyID, place)
        let length = blob.count - Self.overheadBytes
        let ciphertext = base + Self.headerBytes
        var genuine = false
        let plaintext = [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
            var written: Int32 = 0
            var rest: UInt8 = 0
            genuine =
                EVP_DecryptInit_ex(opening, nil, nil, nil, base + 1 + Self.keyIDBytes) == 1
                && EVP_DecryptUpdate(opening, nil, &written, associated, Int32(Self.associatedBytes)) == 1
                && (length == 0
                    || EVP_DecryptUpdate(opening, buffer.baseAddress, &written, ciphertext, Int32(length)) == 1)
                && EVP_CIPHER_CTX_ctrl(
                    opening, EVP_CTRL_AEAD_SET_TAG, Int32(Self.tagBytes),
                    UnsafeMutableRawPointer(mutating: ciphertext + length)) == 1
                && EVP_DecryptFinal_ex(opening, &rest, &written) == 1
            count = genuine ? length : 0
            // What was deciphered before the tag was checked is nobody's to see.
            if !genuine, let out = buffer.baseAddress { OPENSSL_cleanse(out, length) }
        }
        guard genuine else { throw .tampered }
        return plaintext
    }

    /// Fixed in size and order, so that no two places give the same bytes.
    private func associate(_ purpose: Purpose, _ keyID: UInt64, _ place: SealedPlace) {
        associated.storeBytes(of: purpose.rawValue, toByteOffset: 0, as: UInt8.self)
        associated.storeBytes(of: Self.version, toByteOffset: 1, as: UInt8.self)
        associated.storeBytes(of: keyID.bigEndian, toByteOffset: 2, as: UInt64.self)
        associated.storeBytes(of: place.owner.organisation.bigEndian, toByteOffset: 10, as: Int64.self)
        associated.storeBytes(of: place.owner.scopeCode, toByteOffset: 18, as: UInt8.self)
        associated.storeBytes(of: place.owner.subject.bigEndian, toByteOffset: 19, as: Int64.self)
        associated.storeBytes(of: place.column.bigEndian, toByteOffset: 27, as: UInt16.self)
        associated.storeBytes(of: place.row.bigEndian, toByteOffset: 29, as: Int64.self)
    }

    private func nextNonce() throws(VaultError) -> UnsafePointer<UInt8> {
        if noncesUsed == Self.nonceStockBytes {
            guard RAND_bytes(nonces, Int32(Self.nonceStockBytes)) == 1 else {
                throw .unavailable("OpenSSL gives no random bytes")
            }
            noncesUsed = 0
        }
        defer { noncesUsed += Self.nonceBytes }
        return UnsafePointer(nonces + noncesUsed)
    }
}
