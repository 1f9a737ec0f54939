import COpenSSL
import Glibc
import Synchronization

/// What the keys of session tickets are derived from: 32 bytes that nobody but the servers knows which let each other's
/// clients in.
package struct TicketSecret: Sendable {
    package static let count = 32
    fileprivate let bytes: [UInt8]

    /// Nil for any other number of bytes.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.count else { return nil }
        self.bytes = bytes
    }

    /// Of one process: its tickets are good there, and until it ends.
    package init() {
        var generator = SystemRandomNumberGenerator()
        bytes = (0..<Self.count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}

/// The keys under which a server seals the session tickets that it gives to its clients (RFC 8446 §4.6.1). Who comes back
/// with one needs no certificate, which a phone would have to fetch and check (docs/decisions/0016-tls-tickets.md).
///
/// A ticket holds no more than a secret to be recognised by: the keys of the connection come from a new Diffie-Hellman
/// exchange as always. A ticket of TLS 1.2 would hold the connection's own keys, so there are none for it.
///
/// A key is for one period of the wall clock, and opens until the end of the next one. All servers with one secret have
/// the same keys, and need not tell each other of them.
package final class TicketKeys: Sendable {
    /// Seconds. A ticket is good for as long, too, so that no key is needed for longer than two periods.
    package static let period: Int64 = 8 * 3600

    /// As OpenSSL wants them.
    private struct Key: Sendable {
        static let nameCount = 16
        static let cipherCount = 32
        static let macCount = 32

        let period: Int64
        let bytes: [UInt8]

        init?(_ secret: TicketSecret, _ period: Int64) {
            var bytes = [UInt8](repeating: 0, count: Self.nameCount + Self.cipherCount + Self.macCount)
            guard
                copenssl_hkdf_sha256(
                    &bytes, bytes.count, secret.bytes, secret.bytes.count, "foyer tls tickets 1, \(period)") == 1
            else { return nil }
            self.period = period
            self.bytes = bytes
        }

        var name: ArraySlice<UInt8> { bytes.prefix(Self.nameCount) }
        /// AES-256-CBC.
        var cipher: ArraySlice<UInt8> { bytes.dropFirst(Self.nameCount).prefix(Self.cipherCount) }
        /// HMAC-SHA-256.
        var mac: ArraySlice<UInt8> { bytes.suffix(Self.macCount) }
    }

    private let secret: TicketSecret
    /// Seconds since 1970.
    private let clock: @Sendable () -> Int64
    /// Those of the periods around now.
    private let keys = Mutex<[Key]>([])
    /// Sound: a fetched algorithm is never changed, and freed when nobody can use it any more.
    private nonisolated(unsafe) let cipher: OpaquePointer

    /// Nil where OpenSSL lacks AES.
    package init?(_ secret: TicketSecret, clock: @escaping @Sendable () -> Int64 = { Int64(time(nil)) }) {
        guard let cipher = EVP_CIPHER_fetch(nil, "AES-256-CBC", nil) else { return nil }
        self.secret = secret
        self.clock = clock
        self.cipher = cipher
    }

    deinit { EVP_CIPHER_free(cipher) }

    /// The key of this period, first, and those of the ones beside it: the last one's tickets are good, and a neighbour's
    /// clock may be ahead.
    private func current() -> [Key] {
        let now = clock() / Self.period
        return keys.withLock { keys in
            if keys.first?.period != now {
                let periods = [now, now &- 1, now &+ 1]
                let derived = periods.compactMap { Key(secret, $0) }
                // Without all of them the first would be another period's: no tickets, then.
                keys = derived.count == periods.count ? derived : []
            }
            return keys
        }
    }

    /// Has `context`, which must not outlive this, give tickets and take them.
    func serve(_ context: OpaquePointer) {
        copenssl_allow_tickets(context)
        // One for the next time; with that one comes another.
        SSL_CTX_set_num_tickets(context, 1)
        _ = SSL_CTX_set_timeout(context, Int(Self.period))
        SSL_CTX_set_ex_data(context, 0, Unmanaged.passUnretained(self).toOpaque())
        SSL_CTX_set_tlsext_ticket_key_evp_cb(context) { session, name, vector, cipher, mac, seals in
            guard let session, let name, let vector, let cipher, let mac,
                SSL_version(session) == TLS1_3_VERSION,
                let data = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(session), 0)
            else { return 0 }
            let keys = Unmanaged<TicketKeys>.fromOpaque(data).takeUnretainedValue()
            return seals == 1 ? keys.seal(name, vector, cipher, mac) : keys.open(name, vector, cipher, mac)
        }
    }

    // As SSL_CTX_set_tlsext_ticket_key_evp_cb(3) asks for: 0 goes on without a ticket, 1 seals one, 2 takes one and gives
    // another for the next time.

    private func seal(
        _ name: UnsafeMutablePointer<UInt8>, _ vector: UnsafeMutablePointer<UInt8>, _ cipher: OpaquePointer,
        _ mac: OpaquePointer
    ) -> CInt {
        guard let key = current().first, RAND_bytes(vector, 16) == 1 else { return 0 }
        for (offset, byte) in key.name.enumerated() { name[offset] = byte }
        guard EVP_EncryptInit_ex(cipher, self.cipher, nil, Array(key.cipher), vector) == 1,
            copenssl_set_ticket_mac(mac, Array(key.mac), Key.macCount) == 1
        else { return 0 }
        return 1
    }

    private func open(
        _ name: UnsafeMutablePointer<UInt8>, _ vector: UnsafeMutablePointer<UInt8>, _ cipher: OpaquePointer,
        _ mac: OpaquePointer
    ) -> CInt {
        let name = UnsafeBufferPointer(start: name, count: Key.nameCount)
        guard let key = current().first(where: { $0.name.elementsEqual(name) }),
            copenssl_set_ticket_mac(mac, Array(key.mac), Key.macCount) == 1,
            EVP_DecryptInit_ex(cipher, self.cipher, nil, Array(key.cipher), vector) == 1
        else { return 0 }
        return 2
    }
}
