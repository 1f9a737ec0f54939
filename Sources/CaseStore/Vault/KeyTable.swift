/// The wrapped keys, in a file of the house's own (`KeyFile`) or in a database that nodes share (`KeyServer`): apart from
/// the data in either case.
struct KeyTable: Sendable {
    /// A wrapped key, sealed like content.
    static let slotBytes = AESGCM.overheadBytes + SecretBytes.count
    /// What is left of a destroyed key.
    static let tombstone = [UInt8](repeating: 0, count: slotBytes)
    /// Ids of one start of the program begin at its second times this; see `firstID`.
    private static let idsPerSecond: Int64 = 1 << 20

    struct Record {
        let id: UInt64
        let owner: KeyOwner
        let slot: [UInt8]

        var isDestroyed: Bool { slot.first == 0 }
    }

    let database: any KeyDatabase

    init(_ database: any KeyDatabase) { self.database = database }

    init(path: String) throws(VaultError) { database = try KeyFile(path: path) }

    /// No key of a start at this moment has a smaller id. Ids follow the clock from start to start, so that an older copy of
    /// the keys, put back, does not give out an id again that newer blobs name: those say `unknownKey`, not `tampered`.
    static func firstID(at seconds: Int) -> Int64 { Int64(seconds) &* idsPerSecond }

    func read<Value>(_ body: (any SQLSession) throws -> Value) throws(VaultError) -> Value {
        try database.read(body)
    }

    func write<Value>(_ body: (any SQLSession) throws -> Value) throws(VaultError) -> Value {
        try database.write(body)
    }
}

/// Where the table of keys stands, and what is done there in its own way.
protocol KeyDatabase: Sendable {
    /// For messages: `the key file '…'`.
    var name: String { get }

    /// Other nodes have the same keys.
    var isShared: Bool { get }

    func read<Value>(_ body: (any SQLSession) throws -> Value) throws(VaultError) -> Value

    /// All or nothing of it, durable when this returns. The body may run again from its start.
    func write<Value>(_ body: (any SQLSession) throws -> Value) throws(VaultError) -> Value

    /// An id that no key has had.
    func nextID(_ db: any SQLSession) throws -> UInt64

    /// Overwrites the keys of these by tombstones, an organisation's with all that it wraps. Also those that are not there,
    /// so that none is made later for what has been erased.
    func destroy(_ owners: [KeyOwner], _ db: any SQLSession) throws

    /// After a destruction: removes what was overwritten from where the database has kept it.
    func forgetOverwritten() throws(VaultError)

    /// Removes what that leaves.
    func removeTraces() throws(VaultError)

    /// What was destroyed since the destruction of this number, by whichever node.
    func destructions(after number: Int64) throws(VaultError) -> KeyDestructions

    /// The master key that wraps what is made, and that nobody changes before this transaction ends; nil where it is the
    /// process's own affair.
    func masterInForce(_ db: any SQLSession) throws -> UInt64?

    /// From now on `new` wraps what is made. Throws where neither `old` nor `new` does.
    func putMasterInForce(_ new: UInt64, insteadOf old: UInt64) throws(VaultError)
}

struct KeyDestructions: Equatable, Sendable {
    /// The number of the last one.
    var newest: Int64 = 0
    /// nil where they are too many to be listed, or not known.
    var owners: [KeyOwner]? = []
}

// What is done within one transaction, the same in both.
extension KeyTable {
    func find(_ owner: KeyOwner, _ db: any SQLSession) throws -> Record? {
        let row = try db.firstRow(
            "SELECT id, slot FROM wrappedKey WHERE organisation = ? AND scope = ? AND subject = ?", owner.columns)
        guard let row else { return nil }
        // Somebody may have changed the table: what is no slot opens nothing.
        return Record(id: UInt64(bitPattern: row.integer(0) ?? 0), owner: owner, slot: row.blob(1) ?? [1])
    }

    func contains(_ id: UInt64, _ db: any SQLSession) throws -> Bool {
        try db.firstRow("SELECT id FROM wrappedKey WHERE id = ?", [.integer(Int64(bitPattern: id))]) != nil
    }

    func isEmpty(_ db: any SQLSession) throws -> Bool {
        try db.firstRow("SELECT id FROM wrappedKey LIMIT 1", []) == nil
    }

    func nextID(_ db: any SQLSession) throws -> UInt64 { try database.nextID(db) }

    /// Whether the owner had none: another node may have made one since this one has looked.
    func insert(_ record: Record, _ db: any SQLSession) throws -> Bool {
        try db.run(
            """
            INSERT INTO wrappedKey (id, organisation, scope, subject, slot) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (organisation, scope, subject) DO NOTHING
            """, [.integer(Int64(bitPattern: record.id))] + record.owner.columns + [.blob(record.slot)]) == 1
    }

    /// Not if it is another one by now: a tombstone stays.
    func replaceSlot(of record: Record, by slot: [UInt8], _ db: any SQLSession) throws {
        try db.run(
            "UPDATE wrappedKey SET slot = ? WHERE id = ? AND slot = ?",
            [.blob(slot), .integer(Int64(bitPattern: record.id)), .blob(record.slot)])
    }

    /// The live keys of organisations, after `id` and at most `limit` of them, in the order of their ids.
    func organisationKeys(after id: UInt64, limit: Int, _ db: any SQLSession) throws -> [Record] {
        try db.rows(
            """
            SELECT id, organisation, slot FROM wrappedKey
            WHERE scope = 0 AND id > ? AND slot <> ? ORDER BY id LIMIT ?
            """, [.integer(Int64(bitPattern: id)), .blob(Self.tombstone), .integer(Int64(limit))]
        ).compactMap { row in
            guard let id = row.integer(0), let organisation = row.integer(1), let slot = row.blob(2) else { return nil }
            return Record(id: UInt64(bitPattern: id), owner: .organisation(organisation), slot: slot)
        }
    }
}

extension KeyOwner {
    /// As they stand in the table: organisation, scope, subject.
    var columns: [SQLValue] { [.integer(organisation), .integer(Int64(scopeCode)), .integer(subject)] }

    /// nil for what no release has written.
    init?(organisation: Int64, scopeCode: Int64, subject: Int64) {
        switch scopeCode {
        case 0: self = .organisation(organisation)
        case 1: self = .case(subject, of: organisation)
        case 2: self = .guest(subject, of: organisation)
        default: return nil
        }
    }
}
