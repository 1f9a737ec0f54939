import Glibc
import Synchronization

/// The keys of one house: made, unwrapped, remembered, destroyed. Contents are sealed and opened by a `Sealer`, of which
/// each thread has its own.
///
/// A key for each organisation, wrapped by the master key; a key for each case and guest, wrapped by their
/// organisation's. The wrapped ones are in the key file, or in a database that nodes share (`KeyTable`), the unwrapped ones
/// used last in memory. What another node has destroyed, `refresh` takes out of there.
package final class Vault: Sendable {
    /// Some 200 bytes each. Bounds what a thief of the memory gets, and what a big house's cache costs.
    package static let usualCachedKeys = 65_536

    /// How long a node keeps the keys it has while it cannot ask what others have destroyed: longer than a database takes to
    /// start again or to be taken over.
    package static let longestUnheard: Duration = .seconds(60)

    private struct Memory: Sendable {
        var cache: KeyCache
        var masters: MasterKeys
        /// The number of the last destruction that is known of.
        var destructionsHeard: Int64 = 0
        var heardAt = ContinuousClock.now
    }

    let table: KeyTable
    private let memory: Mutex<Memory>
    /// Held during a rotation of the master key: two at once would each take the other's new key for its own.
    private let rotating = Mutex(())
    private let directory: DataDirectory
    /// Counts the destructions. A `Sealer` that sees it grow drops the key schedule it holds.
    let destructions = Atomic<UInt64>(0)

    /// `destructions` is the number of the last destruction before anything was read.
    init(
        _ directory: DataDirectory, table: KeyTable, masters: MasterKeys, cachedKeys: Int = Vault.usualCachedKeys,
        destructions: Int64 = 0
    ) {
        self.directory = directory
        self.table = table
        memory = Mutex(
            Memory(cache: KeyCache(bound: cachedKeys), masters: masters, destructionsHeard: destructions))
    }

    /// Makes the keys of these owners, all or none, durable when this returns. An owner that has one keeps it, so that a
    /// repeated call is harmless. An organisation's key must be there before its cases' and guests', or stand before
    /// them in the list. Throws `.destroyed` for an owner that has been erased, `.unknownKey` without an organisation.
    package func createKeys(for owners: [KeyOwner]) throws(VaultError) {
        let destructionsBefore = destructions.load(ordering: .acquiring)
        let cipher = try AESGCM()
        // Two nodes that make the same ones wait for each other in one order, an organisation before what it wraps.
        let inOrder = owners.sorted {
            ($0.organisation, $0.scopeCode, $0.subject) < ($1.organisation, $1.scopeCode, $1.subject)
        }
        let made = try table.write { db in
            var made: [KeyOwner: VaultKey] = [:]
            for owner in inOrder {
                if try hasKey(owner, db) { continue }
                let key = VaultKey(id: try table.nextID(db), secret: try SecretBytes.random())
                let wrapping = try wrappingKey(of: owner, made, db)
                let slot = try cipher.wrap(key, of: owner, by: wrapping)
                if try table.insert(KeyTable.Record(id: key.id, owner: owner, slot: slot), db) {
                    made[owner] = key
                } else if try !hasKey(owner, db) {
                    throw VaultError.unavailable("A key of \(owner) is there and is not.")
                }
            }
            return made
        }
        remember(made, unlessDestroyedSince: destructionsBefore)
    }

    private func hasKey(_ owner: KeyOwner, _ db: any SQLSession) throws -> Bool {
        guard let record = try table.find(owner, db) else { return false }
        guard !record.isDestroyed else { throw VaultError.destroyed }
        return true
    }

    /// The organisation's key is asked of the table even if it is in the cache: it may be about to leave it.
    private func wrappingKey(
        of owner: KeyOwner, _ made: [KeyOwner: VaultKey], _ db: any SQLSession
    ) throws -> VaultKey {
        if owner.scope == .organisation {
            let current = memory.withLock { $0.masters.current }
            let master = try table.database.masterInForce(db).map(demandMaster) ?? current
            return VaultKey(id: master.id, secret: master.secret)
        }
        let organisation = KeyOwner.organisation(owner.organisation)
        if let key = made[organisation] { return key }
        return try load(organisation, db)
    }

    /// Erases a case: what its key sealed cannot be read by anybody, in this database or in a copy of it.
    package func destroy(caseKey number: Int64, of organisation: Int64) throws(VaultError) {
        try destroy([.case(number, of: organisation)])
    }

    package func destroy(guestKey number: Int64, of organisation: Int64) throws(VaultError) {
        try destroy([.guest(number, of: organisation)])
    }

    /// Erases an organisation with all its cases and guests, and makes its look-up hashes mean nothing.
    package func destroy(organisationKey organisation: Int64) throws(VaultError) {
        try destroy([.organisation(organisation)])
    }

    /// All or none; gone from the key file when this returns. What is destroyed already, or never was, is fine: after a
    /// copy of the key file was put back, the store repeats what it knows to be erased.
    package func destroy(_ owners: [KeyOwner]) throws(VaultError) {
        guard !owners.isEmpty else { return }
        try table.write { db in try table.database.destroy(owners, db) }
        forget(owners)
        try table.database.forgetOverwritten()
    }

    /// To be called every second or two where nodes share the keys: forgets the keys that were destroyed on any of them.
    /// Answers whether any were. Where that cannot be asked for too long, all keys are forgotten.
    @discardableResult
    package func refresh(at now: ContinuousClock.Instant = .now) throws(VaultError) -> Bool {
        guard table.database.isShared else { return false }
        let heard = memory.withLock { $0.destructionsHeard }
        do throws(VaultError) {
            let destructions = try table.database.destructions(after: heard)
            if destructions.newest != heard { forget(destructions.owners) }
            memory.withLock { memory in (memory.destructionsHeard, memory.heardAt) = (destructions.newest, now) }
            return destructions.newest != heard
        } catch {
            if now - memory.withLock({ $0.heardAt }) > Self.longestUnheard { forget(nil) }
            throw error
        }
    }

    /// Writes the table of keys anew, where overwriting alone leaves something behind: to be called once a day, at a quiet
    /// time, on one node. Harmless where there is nothing to do.
    package func removeTraces() throws(VaultError) { try table.database.removeTraces() }

    /// nil stands for all.
    private func forget(_ owners: [KeyOwner]?) {
        // The other order would let a look-up that began before put its key back into the cache.
        memory.withLock { memory in
            destructions.add(1, ordering: .acquiringAndReleasing)
            guard let owners else { return memory.cache.removeAll() }
            for owner in owners {
                switch owner.scope {
                case .organisation: memory.cache.remove(organisation: owner.organisation)
                case .case, .guest: memory.cache.remove(owner)
                }
            }
        }
    }

    /// The owner's key, unwrapped. Throws `.unknownKey`, `.destroyed`, `.tampered` (a wrapped key was changed) or
    /// `.unavailable`.
    func key(of owner: KeyOwner) throws(VaultError) -> VaultKey {
        if let key = memory.withLock({ $0.cache.find(owner) }) { return key }
        let destructionsBefore = destructions.load(ordering: .acquiring)
        let key = try table.read { db in try load(owner, db) }
        remember([owner: key], unlessDestroyedSince: destructionsBefore)
        return key
    }

    /// Whether any owner, living or destroyed, has had the key of this id.
    func knows(_ id: UInt64) throws(VaultError) -> Bool {
        try table.read { db in try table.contains(id, db) }
    }

    /// Whether a key was ever made here: then there is data somewhere that it belongs to.
    func hasKeys() throws(VaultError) -> Bool {
        try table.read { db in try !table.isEmpty(db) }
    }

    /// The key's bytes as they stand in the key file; nil if there is none.
    func wrappedKey(of owner: KeyOwner) throws(VaultError) -> [UInt8]? {
        try table.read { db in try table.find(owner, db)?.slot }
    }

    /// For keys that are derived from them (`HintSealer`).
    var masterKeys: MasterKeys { memory.withLock { $0.masters } }

    /// 32 bytes for one purpose outside of the store, the same at every node that has this master key.
    package func secret(for purpose: StaticString) throws(VaultError) -> [UInt8] {
        try masterKeys.current.secret.derived(for: purpose).withBytes {
            Array(UnsafeBufferPointer(start: $0, count: SecretBytes.count))
        }
    }

    /// How many unwrapped keys are in memory.
    var cachedKeyCount: Int { memory.withLock { $0.cache.count } }

    private func load(_ owner: KeyOwner, _ db: any SQLSession) throws -> VaultKey {
        guard let record = try table.find(owner, db) else { throw VaultError.unknownKey }
        guard !record.isDestroyed else { throw VaultError.destroyed }
        switch owner.scope {
        case .organisation:
            return try unwrapOrganisation(record)
        case .case, .guest:
            let parent = KeyOwner.organisation(owner.organisation)
            let cached = memory.withLock { $0.cache.find(parent) }
            return try AESGCM().unwrap(record, by: cached ?? load(parent, db))
        }
    }

    private func unwrapOrganisation(_ record: KeyTable.Record) throws(VaultError) -> VaultKey {
        let id = try record.slot.withUnsafeBufferPointer { slot throws(VaultError) in try AESGCM.keyID(of: slot) }
        let master = try demandMaster(id)
        return try AESGCM().unwrap(record, by: VaultKey(id: master.id, secret: master.secret))
    }

    private func demandMaster(_ id: UInt64) throws(VaultError) -> MasterKey {
        if let master = memory.withLock({ $0.masters.find(id) }) { return master }
        // Another node may have begun to change to the next one, which was put here meanwhile.
        if table.database.isShared {
            let masters = try Self.masterKeys(directory)
            memory.withLock { memory in for key in masters.all { memory.masters.add(key, asCurrent: false) } }
            if let master = masters.find(id) { return master }
        }
        throw .unavailable(
            "A key in \(table.database.name) is wrapped by another master key than the one in '\(directory.masterKey)'. "
                + "Put back the master key that belongs to it.")
    }

    private func remember(_ keys: [KeyOwner: VaultKey], unlessDestroyedSince count: UInt64) {
        memory.withLock { memory in
            guard destructions.load(ordering: .acquiring) == count else { return }
            for (owner, key) in keys { memory.cache.insert(owner, key) }
        }
    }
}

extension Vault {
    /// Wraps every organisation's key by a new master key, and wipes the old one. Contents stay as they are. May run
    /// while others seal and open; if it is interrupted at any point, opening the vault completes it.
    ///
    /// Where nodes share the keys, `prepareRotation` comes first, and the file that it makes is put on all nodes.
    package func rotateMasterKey() throws(VaultError) {
        try rotating.withLock { _ throws(VaultError) in
            let rotation = rotation()
            guard !table.database.isShared || rotation.isUnderWay else {
                throw .unavailable(
                    "There is no '\(directory.nextMasterKey)'. Make one, and put the same file on all nodes before any "
                        + "of them changes to it: otherwise they cannot read what this one has wrapped.")
            }
            while try rotation.advance() != .done {}
        }
    }

    /// Makes the next master key, unless there is one.
    package func prepareRotation() throws(VaultError) {
        try rotating.withLock { _ throws(VaultError) in
            let rotation = rotation()
            if !rotation.isUnderWay { _ = try rotation.advance() }
        }
    }

    /// The rotation, to be driven step by step.
    func rotation() -> MasterKeyRotation {
        MasterKeyRotation(directory, table) { [self] change in memory.withLock { change(&$0.masters) } }
    }
}

extension AESGCM {
    /// The wrapped key is bound to its owner and to its id.
    func wrap(_ key: VaultKey, of owner: KeyOwner, by wrapping: VaultKey) throws(VaultError) -> [UInt8] {
        try setSealingKey(wrapping.secret)
        var outcome = Result<[UInt8], VaultError>.failure(.tampered)
        key.secret.withBytes { bytes in
            let bytes = UnsafeBufferPointer(start: bytes, count: SecretBytes.count)
            let place = Self.place(of: key.id, of: owner)
            outcome = Result { () throws(VaultError) in try seal(bytes, .key, keyID: wrapping.id, at: place) }
        }
        return try outcome.get()
    }

    func unwrap(_ record: KeyTable.Record, by wrapping: VaultKey) throws(VaultError) -> VaultKey {
        try setOpeningKey(wrapping.secret)
        var bytes = try record.slot.withUnsafeBufferPointer { slot throws(VaultError) in
            guard try Self.keyID(of: slot) == wrapping.id else { throw .tampered }
            return try open(slot, .key, keyID: wrapping.id, at: Self.place(of: record.id, of: record.owner))
        }
        let secret = SecretBytes { memory in
            guard bytes.count == SecretBytes.count else { return false }
            memory.update(from: bytes, count: SecretBytes.count)
            return true
        }
        bytes.withUnsafeMutableBytes { wipe($0) }
        guard let secret else { throw .tampered }
        return VaultKey(id: record.id, secret: secret)
    }

    private static func place(of id: UInt64, of owner: KeyOwner) -> SealedPlace {
        SealedPlace(owner, column: 0, row: Int64(bitPattern: id))
    }
}
