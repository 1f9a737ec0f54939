import COpenSSL
import Foundation

/// Signs audit heads: Ed25519 (RFC 8032), with a key in a file beside the master key.
package final class AuditSigner: @unchecked Sendable {
    // Sound: an EVP_PKEY is not changed after `init`, and each signature has a context of its own.
    private let key: OpaquePointer
    package let publicKey: AuditPublicKey

    init(_ secret: SecretBytes) throws {
        let made = secret.withBytes { EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, $0, SecretBytes.count) }
        guard let made else { throw AuditError("OpenSSL makes no Ed25519 key.") }
        key = made
        var bytes = [UInt8](repeating: 0, count: AuditPublicKey.count)
        var count = bytes.count
        guard EVP_PKEY_get_raw_public_key(made, &bytes, &count) == 1, let publicKey = AuditPublicKey(bytes) else {
            EVP_PKEY_free(made)
            throw AuditError("OpenSSL gives no public key.")
        }
        self.publicKey = publicKey
    }

    deinit {
        EVP_PKEY_free(key)
    }

    private static func file(_ directory: DataDirectory) -> SecretFile {
        SecretFile(path: directory.auditSigningKey, name: "signing key of the audit trail")
    }

    /// The house's signing key; a new one if there is none and `generate` says so.
    package static func open(_ directory: DataDirectory, generate: Bool) throws -> AuditSigner {
        let file = file(directory)
        if !file.exists {
            guard generate else {
                throw AuditError(
                    "There is no signing key of the audit trail '\(file.path)'. Name the public key with --public-key.")
            }
            try Vault.makeFolder(directory.keys)
            try file.create(try SecretBytes.random())
        }
        return try AuditSigner(try file.read())
    }

    func sign(_ message: [UInt8]) throws -> [UInt8] {
        guard let context = EVP_MD_CTX_new() else { throw AuditError("OpenSSL makes no context.") }
        defer { EVP_MD_CTX_free(context) }
        var signature = [UInt8](repeating: 0, count: AuditPublicKey.signatureBytes)
        var count = signature.count
        guard EVP_DigestSignInit(context, nil, nil, nil, key) == 1,
            EVP_DigestSign(context, &signature, &count, message, message.count) == 1, count == signature.count
        else { throw AuditError("OpenSSL does not sign.") }
        return signature
    }
}

/// What the heads are checked with. Kept outside of the house, it also shows that somebody changed the house's keys.
package struct AuditPublicKey: Sendable, Equatable {
    static let count = 32
    static let signatureBytes = 64
    /// What stands before an Ed25519 key in a SubjectPublicKeyInfo (RFC 8410 §4): always the same.
    private static let prefix: [UInt8] = [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00]

    package let bytes: [UInt8]

    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.count else { return nil }
        self.bytes = bytes
    }

    /// Reads what `pem` writes, and `openssl pkey -pubout`.
    package init?(pem: String) {
        let lines = pem.split(whereSeparator: \.isNewline)
        guard lines.first == "-----BEGIN PUBLIC KEY-----", lines.last == "-----END PUBLIC KEY-----",
            let info = Data(base64Encoded: lines.dropFirst().dropLast().joined()), info.starts(with: Self.prefix)
        else { return nil }
        self.init(Array(info.dropFirst(Self.prefix.count)))
    }

    package var pem: String {
        let info = Data(Self.prefix + bytes).base64EncodedString()
        return "-----BEGIN PUBLIC KEY-----\n\(info)\n-----END PUBLIC KEY-----\n"
    }

    func accepts(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        guard signature.count == Self.signatureBytes,
            let key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, bytes, bytes.count)
        else { return false }
        defer { EVP_PKEY_free(key) }
        guard let context = EVP_MD_CTX_new() else { return false }
        defer { EVP_MD_CTX_free(context) }
        return EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1
            && EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }
}
