import Glibc

/// The change from one master key to another, as steps that each leave the vault readable. Where it stands is seen from
/// the files and the key file alone, so that whoever opens the vault after a crash goes on from there:
///
/// | `master.key.next` | `master.key.old` | means | next step |
/// |---|---|---|---|
/// | absent | absent | nothing is going on | make `next` |
/// | present | absent | some keys are wrapped by the old one, some by the new | wrap the others anew; then link `old` |
/// | present | present | all are wrapped by the new one | rename `next` to `master.key` |
/// | absent | present | the new one is in force | wipe `old` |
///
/// There is a `master.key` at every moment.
///
/// Where nodes share the keys, `next` is made first and put on all of them, since each has to open what any has wrapped; then
/// one wraps, and the others, which find nothing left to wrap, change their files. Which key wraps what is made meanwhile is
/// said in the keys' database.
struct MasterKeyRotation {
    enum Step: Equatable {
        case madeNext, wrapped(Int), keptOld, replaced, done
    }

    /// Small enough that other users of the key file hardly wait.
    static let keysPerStep = 256

    private let directory: DataDirectory
    private let table: KeyTable
    private let change: ((inout MasterKeys) -> Void) -> Void
    private let master: SecretFile
    private let next: SecretFile
    private let old: SecretFile

    /// `change` changes the master keys in memory.
    init(_ directory: DataDirectory, _ table: KeyTable, change: @escaping ((inout MasterKeys) -> Void) -> Void) {
        self.directory = directory
        self.table = table
        self.change = change
        master = SecretFile(path: directory.masterKey, name: "master key")
        next = SecretFile(path: directory.nextMasterKey, name: "next master key")
        old = SecretFile(path: directory.oldMasterKey, name: "old master key")
    }

    var isUnderWay: Bool { next.exists || old.exists }
    /// All are wrapped by the new one.
    var hasWrapped: Bool { old.exists }

    func advance() throws(VaultError) -> Step {
        switch (next.exists, old.exists) {
        case (false, false): try makeNext()
        case (true, false): try wrapSome()
        case (true, true): try replace()
        case (false, true): try wipeOld()
        }
    }

    private func makeNext() throws(VaultError) -> Step {
        let secret = try SecretBytes.random()
        let key = try MasterKey(secret)
        try next.create(secret)
        change { $0.add(key, asCurrent: true) }
        return .madeNext
    }

    private func wrapSome() throws(VaultError) -> Step {
        let new = try MasterKey(try next.read())
        var masters = MasterKeys(try MasterKey(try master.read()))
        masters.add(new, asCurrent: true)
        change { $0 = masters }
        try table.database.putMasterInForce(new.id, insteadOf: masters.first.id)
        let wrapped = try table.write { db in try wrapAnew(masters, db) }
        if wrapped > 0 { return .wrapped(wrapped) }
        // The log still holds the keys as the old master key wrapped them.
        try table.database.forgetOverwritten()
        guard link(directory.masterKey, directory.oldMasterKey) == 0 else { throw failure() }
        try SecretFile.syncFolder(of: directory.oldMasterKey)
        return .keptOld
    }

    private func wrapAnew(_ masters: MasterKeys, _ db: any SQLSession) throws -> Int {
        let cipher = try AESGCM()
        var wrapped = 0
        var last: UInt64 = 0
        while wrapped < Self.keysPerStep {
            let records = try table.organisationKeys(after: last, limit: Self.keysPerStep, db)
            for record in records where wrapped < Self.keysPerStep {
                last = record.id
                let id = try record.slot.withUnsafeBufferPointer { try AESGCM.keyID(of: $0) }
                guard id != masters.current.id else { continue }
                guard let from = masters.find(id) else {
                    throw VaultError.unavailable(
                        "The key of organisation \(record.owner.organisation) is wrapped by an unknown master key; "
                            + "'\(directory.masterKey)' does not belong to \(table.database.name).")
                }
                let key = try cipher.unwrap(record, by: VaultKey(id: from.id, secret: from.secret))
                let by = VaultKey(id: masters.current.id, secret: masters.current.secret)
                try table.replaceSlot(of: record, by: try cipher.wrap(key, of: record.owner, by: by), db)
                wrapped += 1
            }
            if records.count < Self.keysPerStep { break }
        }
        return wrapped
    }

    private func replace() throws(VaultError) -> Step {
        guard rename(directory.nextMasterKey, directory.masterKey) == 0 else { throw failure() }
        try SecretFile.syncFolder(of: directory.masterKey)
        return .replaced
    }

    private func wipeOld() throws(VaultError) -> Step {
        var masterStatus = stat()
        var oldStatus = stat()
        guard stat(directory.masterKey, &masterStatus) == 0, stat(directory.oldMasterKey, &oldStatus) == 0 else {
            throw failure()
        }
        // Only somebody who removed `next` by hand gets here with both names on one file; wiping would end the house.
        guard masterStatus.st_ino != oldStatus.st_ino || masterStatus.st_dev != oldStatus.st_dev else {
            throw .unavailable(
                "'\(directory.oldMasterKey)' is the master key in force, though a rotation was under way. Put back "
                    + "'\(directory.nextMasterKey)'.")
        }
        try old.wipe()
        change { $0.keepCurrentOnly() }
        return .done
    }

    private func failure() -> VaultError {
        .unavailable("The master key '\(directory.masterKey)' cannot be changed: \(String(cString: strerror(errno)))")
    }
}
