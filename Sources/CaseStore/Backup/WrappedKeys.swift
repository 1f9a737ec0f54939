import GRDB

/// A row of the table of keys, wrapped as it stands there: worth nothing without the master key.
package struct WrappedKey: Sendable, Equatable {
    let columns: [Int64]
    let slot: [UInt8]

    /// As it travels from a house that is open: five words.
    package var line: String { (columns.map { String($0) } + [Hex.text(slot)]).joined(separator: " ") }

    package init?(line: some StringProtocol) {
        let words = line.split(separator: " ", omittingEmptySubsequences: false)
        let columns = words.prefix(4).compactMap { Int64($0) }
        guard words.count == 5, columns.count == 4, let slot = Hex.bytes(words[4]), slot.count == KeyTable.slotBytes
        else { return nil }
        self.columns = columns
        self.slot = slot
    }

    init?(_ row: SQLRow) {
        let columns = (0..<4).compactMap { row.integer($0) }
        guard columns.count == 4, let slot = row.blob(4) else { return nil }
        self.columns = columns
        self.slot = slot
    }
}

extension Vault {
    private static let keysAtOnce = 2000

    /// All wrapped keys in the order of their ids, some at a time: keys are made meanwhile. Ids only grow, so that all are
    /// among them that were there when this began; one that was destroyed since may be, as it may be in a copy of a
    /// moment ago.
    package func eachWrappedKey(_ body: ([WrappedKey]) throws -> Void) throws {
        var last = Int64.min
        while true {
            let page = try table.read { db in
                try db.rows(
                    """
                    SELECT id, organisation, scope, subject, slot FROM wrappedKey WHERE id > ?
                    ORDER BY id LIMIT \(Self.keysAtOnce)
                    """, [.integer(last)])
            }
            let keys = page.compactMap { WrappedKey($0) }
            guard keys.count == page.count else {
                throw BackupError("Damaged: the table of keys has a row that is none.")
            }
            if !keys.isEmpty { try body(keys) }
            guard keys.count == Self.keysAtOnce, let next = keys.last?.columns.first else { return }
            last = next
        }
    }
}

/// A new file of keys, filled with those of another house.
struct KeyCopy: ~Copyable {
    private let table: KeyTable
    private(set) var rows: Int64 = 0

    init(path: String) throws(VaultError) { table = try KeyTable(path: path) }

    mutating func add(_ keys: [WrappedKey]) throws {
        try table.write { db in
            for key in keys {
                try db.run(
                    "INSERT INTO wrappedKey (id, organisation, scope, subject, slot) VALUES (?, ?, ?, ?, ?)",
                    key.columns.map { SQLValue.integer($0) } + [.blob(key.slot)])
            }
        }
        rows += Int64(keys.count)
    }

    /// Writes the log back into the file, which then is whole by itself.
    consuming func finish() throws -> Int64 {
        try table.database.forgetOverwritten()
        return rows
    }
}
