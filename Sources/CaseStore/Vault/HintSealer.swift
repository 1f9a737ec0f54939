import Synchronization

/// Seals what nodes tell each other through the broker, under keys that every node derives from the master key. So the
/// broker's server reads nothing, and what somebody else publishes there reaches no socket. The topic is authenticated with
/// each hint: it opens where it was published, and nowhere else.
///
/// What is repeated, kept back or played again is still only a hint to look into the log, where the truth is.
///
/// A key is for one day of the sealing node's clock. Random nonces may be used 2^32 times under one key (NIST SP 800-38D
/// §8.3), which a cluster of twenty nodes with two thousand hints a second each would reach on its second day.
///
/// Any thread may use it.
package final class HintSealer: Sendable {
    /// Readers take the keys of so many days around their own: clocks differ, and midnight passes.
    private static let daysApart: Int64 = 1
    private static let millisecondsADay: Int64 = 86_400_000

    /// Sound, since it lies behind a lock, and whoever holds that is the only one who has it.
    private struct Lent: @unchecked Sendable {
        let cipher: AESGCM
        var sealing: UInt64?
        var opening: UInt64?
        /// Of which day, and by which master key, `keys` are.
        var day = Int64.min
        var master: UInt64 = 0
        var keys: [DayKey] = []
        /// Of `keys`, that which seals.
        var current: DayKey?
    }

    private struct DayKey {
        let id: UInt64
        let secret: SecretBytes

        init(_ master: MasterKey, day: Int64) throws(VaultError) {
            let root = try master.secret.derived(for: "foyer hints 1")
            let name = withUnsafeBytes(of: day.bigEndian) { Array($0) }
            let id = try root.hmac(Array("id".utf8) + name)
            self.id = id.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
            let bytes = try root.hmac(Array("key".utf8) + name)
            let secret = SecretBytes { memory in
                memory.update(from: bytes, count: SecretBytes.count)
                return true
            }
            guard let secret else { throw .unavailable("no key can be derived") }
            self.secret = secret
        }
    }

    private let vault: Vault
    private let lent: Mutex<Lent>

    package init(_ vault: Vault) throws(VaultError) {
        self.vault = vault
        lent = Mutex(Lent(cipher: try AESGCM()))
    }

    /// `now` in milliseconds since 1970. Throws `.tooLong` or `.unavailable`.
    package func seal(_ hint: [UInt8], for topic: String, at now: Int64) throws(VaultError) -> [UInt8] {
        try lent.withLock { (lent: inout Lent) throws(VaultError) in
            try renew(&lent, now)
            guard let key = lent.current else { throw .unavailable("there is no key for hints") }
            if lent.sealing != key.id {
                try lent.cipher.setSealingKey(key.secret)
                lent.sealing = key.id
            }
            return try hint.withUnsafeBufferPointer { bytes throws(VaultError) in
                try lent.cipher.seal(bytes, .hint, keyID: key.id, at: Self.place(of: topic))
            }
        }
    }

    /// Throws `.unknownShape`, `.unknownKey` (another house's, or from another day), `.tampered` (also one of another topic)
    /// or `.unavailable`.
    package func open(_ blob: [UInt8], from topic: String, at now: Int64) throws(VaultError) -> [UInt8] {
        try lent.withLock { (lent: inout Lent) throws(VaultError) in
            try renew(&lent, now)
            return try blob.withUnsafeBufferPointer { bytes throws(VaultError) in
                let id = try AESGCM.keyID(of: bytes)
                guard let key = lent.keys.first(where: { $0.id == id }) else { throw .unknownKey }
                if lent.opening != id {
                    try lent.cipher.setOpeningKey(key.secret)
                    lent.opening = id
                }
                return try lent.cipher.open(bytes, .hint, keyID: id, at: Self.place(of: topic))
            }
        }
    }

    /// At midnight, and when the master key is rotated: while both are there, hints of either are read.
    private func renew(_ lent: inout Lent, _ now: Int64) throws(VaultError) {
        let (day, masters) = (now / Self.millisecondsADay, vault.masterKeys)
        guard lent.day != day || lent.master != masters.current.id || lent.keys.isEmpty else { return }
        var keys: [DayKey] = []
        for master in masters.all {
            for apart in -Self.daysApart...Self.daysApart {
                let key = try DayKey(master, day: day &+ apart)
                keys.append(key)
                if apart == 0, master.id == masters.current.id { lent.current = key }
            }
        }
        (lent.day, lent.master, lent.keys) = (day, masters.current.id, keys)
    }

    /// A topic as a place: 192 bits of its hash.
    private static func place(of topic: String) -> SealedPlace {
        let hash = Token.sha256(Array(topic.utf8))
        func number(_ from: Int) -> Int64 { hash[from..<from + 8].reduce(0) { $0 << 8 | Int64($1) } }
        return SealedPlace(.case(number(0), of: number(8)), column: 0, row: number(16))
    }
}
