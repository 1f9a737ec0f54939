/// The key that wraps the organisations' keys, and the id by which they name it. The id is derived from the key, so that
/// a wrong file is recognised before anything is tried with it.
struct MasterKey: Sendable {
    let id: UInt64
    let secret: SecretBytes

    init(_ secret: SecretBytes) throws(VaultError) {
        self.secret = secret
        id = try secret.derived(for: "foyer master key id 1").withBytes { bytes in
            UInt64(bigEndian: UnsafeRawPointer(bytes).loadUnaligned(as: UInt64.self))
        }
    }
}

/// The master keys at hand: one, and during a rotation two.
struct MasterKeys: Sendable {
    private var keys: [MasterKey]
    var all: [MasterKey] { keys }
    /// Wraps what is made from now on; where nodes share the keys, that is said in their database.
    private(set) var current: MasterKey
    /// Of `master.key`.
    var first: MasterKey { keys.first ?? current }

    init(_ key: MasterKey) {
        keys = [key]
        current = key
    }

    func find(_ id: UInt64) -> MasterKey? {
        keys.first { $0.id == id }
    }

    mutating func add(_ key: MasterKey, asCurrent: Bool) {
        if find(key.id) == nil { keys.append(key) }
        if asCurrent { current = key }
    }

    /// Forgets all but the current one.
    mutating func keepCurrentOnly() {
        keys = [current]
    }
}
