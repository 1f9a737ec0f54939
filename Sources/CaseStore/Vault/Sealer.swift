import Synchronization

/// Seals and opens contents. One thread's own: it holds the contexts of the cipher, and in each the schedule of the key
/// used last, so that a batch of one case's events pays for the key once. Several sealers share a vault.
///
/// When keys are destroyed, the schedules go at the next use; an idle sealer may hold two a while longer, in memory.
package final class Sealer {
    /// Which key a context holds, and how many destructions there had been when it was looked up.
    private struct Held {
        let owner: KeyOwner
        let id: UInt64
        let destructions: UInt64
    }

    private let vault: Vault
    private let cipher: AESGCM
    private var sealing: Held?
    private var opening: Held?

    package init(_ vault: Vault) throws(VaultError) {
        self.vault = vault
        cipher = try AESGCM()
    }

    /// Throws `.unknownKey`, `.destroyed`, `.tooLong` or `.unavailable`.
    package func seal(_ plaintext: [UInt8], at place: SealedPlace) throws(VaultError) -> [UInt8] {
        try plaintext.withUnsafeBufferPointer { bytes throws(VaultError) in try seal(bytes, at: place) }
    }

    package func seal(_ text: String, at place: SealedPlace) throws(VaultError) -> [UInt8] {
        var text = text
        var outcome = Result<[UInt8], VaultError>.failure(.tampered)
        text.withUTF8 { bytes in
            outcome = Result { () throws(VaultError) in try seal(bytes, at: place) }
        }
        return try outcome.get()
    }

    package func seal(
        _ plaintext: UnsafeBufferPointer<UInt8>, at place: SealedPlace
    ) throws(VaultError) -> [UInt8] {
        let destructions = vault.destructions.load(ordering: .acquiring)
        let id: UInt64
        if let sealing, sealing.owner == place.owner, sealing.destructions == destructions {
            id = sealing.id
        } else {
            sealing = nil
            let key = try vault.key(of: place.owner)
            try cipher.setSealingKey(key.secret)
            sealing = Held(owner: place.owner, id: key.id, destructions: destructions)
            id = key.id
        }
        return try cipher.seal(plaintext, .content, keyID: id, at: place)
    }

    /// Throws `.unknownShape`, `.unknownKey`, `.destroyed`, `.tampered` or `.unavailable`.
    package func open(_ blob: [UInt8], at place: SealedPlace) throws(VaultError) -> [UInt8] {
        try blob.withUnsafeBufferPointer { bytes throws(VaultError) in try open(bytes, at: place) }
    }

    package func open(
        _ blob: UnsafeBufferPointer<UInt8>, at place: SealedPlace
    ) throws(VaultError) -> [UInt8] {
        let named = try AESGCM.keyID(of: blob)
        let destructions = vault.destructions.load(ordering: .acquiring)
        let id: UInt64
        if let opening, opening.owner == place.owner, opening.destructions == destructions {
            id = opening.id
        } else {
            opening = nil
            let key = try vault.key(of: place.owner)
            try cipher.setOpeningKey(key.secret)
            opening = Held(owner: place.owner, id: key.id, destructions: destructions)
            id = key.id
        }
        guard named == id else {
            // Another owner's blob was put here, or the key file is older than the blob.
            throw try vault.knows(named) ? .tampered : .unknownKey
        }
        return try cipher.open(blob, .content, keyID: id, at: place)
    }
}
