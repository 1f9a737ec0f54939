/// Where a house keeps its things. What is data and what opens it stand in two folders, so that a backup of the one can
/// be made without the other: destroying a key then erases from the backups, too (docs/security.md).
package struct DataDirectory: Sendable, Equatable {
    package let path: String

    package init(path: String) {
        self.path = path
    }

    /// The data: cases, events, audit rows.
    package var database: String { path + "/foyer.sqlite" }
    /// Locked by the one process that has the database open.
    package var databaseLock: String { path + "/foyer.sqlite.lock" }

    /// Everything that opens the data. Never backed up together with it.
    package var keys: String { path + "/keys" }
    /// The wrapped keys of organisations, cases and guests.
    package var keyFile: String { keys + "/keys.sqlite" }
    /// 32 bytes that wrap the organisations' keys.
    package var masterKey: String { keys + "/master.key" }
    /// The master key that a rotation is changing to.
    package var nextMasterKey: String { keys + "/master.key.next" }
    /// The master key that a rotation has changed from, until it is wiped.
    package var oldMasterKey: String { keys + "/master.key.old" }
    /// 32 bytes from which the signatures of audit heads are made.
    package var auditSigningKey: String { keys + "/audit-signing.key" }
    /// The signed audit heads, a second time, apart from the database.
    package var auditHeads: String { keys + "/audit-heads.log" }
}
