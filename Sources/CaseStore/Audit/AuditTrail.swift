import Synchronization

/// One node's chain of audit rows: adds to it within the caller's transactions, and signs its head from time to time.
///
/// The chain's end is read from the database at each append, never remembered: a transaction that is rolled back takes
/// its rows along, and the chain goes on from the last row that is really there.
package final class AuditTrail: Sendable {
    /// How many rows, and for how long, may be without a signed head after them: what somebody could remove unseen.
    package struct SigningInterval: Sendable {
        package let rows: Int
        package let milliseconds: Int64

        package init(rows: Int, milliseconds: Int64) {
            self.rows = rows
            self.milliseconds = milliseconds
        }

        package static let usual = SigningInterval(rows: 1000, milliseconds: 5 * 60_000)
    }

    private struct State {
        var unsignedRows = 0
        /// When the first of them happened.
        var unsignedSince: Int64?
        var lastHead: AuditHead?
        /// A head that is in the file, and that the database has refused so far.
        var unstored: AuditHead?

        /// Rows that were added while a head was made stay counted.
        mutating func forget(_ signedRows: Int, _ now: Int64) {
            unsignedRows -= min(signedRows, unsignedRows)
            unsignedSince = unsignedRows == 0 ? nil : now
        }
    }

    package let node: String
    package let publicKey: AuditPublicKey
    private let signer: AuditSigner
    private let heads: AuditHeadsFile
    private let interval: SigningInterval
    private let state: Mutex<State>
    /// Held while a head is made; never together with a transaction of the caller's.
    private let signing = Mutex(())

    /// `node` names the chain: letters, digits and `._:-`, at most 64. The tables must be there.
    package init(
        node: String, in database: any SQLDatabase, _ directory: DataDirectory, signer: AuditSigner,
        interval: SigningInterval = .usual
    ) throws {
        guard AuditHead.isNodeName(node) else {
            throw AuditError("'\(node)' cannot name a node: use 1 to 64 letters, digits, dots, colons and hyphens.")
        }
        self.node = node
        self.signer = signer
        self.interval = interval
        publicKey = signer.publicKey
        heads = AuditHeadsFile(path: directory.auditHeads)
        try heads.removeTornEnd()
        let lastHead = try Self.completeHeads(node, heads, signer.publicKey, database)
        let lastRow = try database.read { db in try AuditTables.lastRow(of: node, db) }
        var state = State(lastHead: lastHead)
        // What an earlier start left unsigned is signed at the first occasion.
        if let lastRow, lastRow.number != lastHead?.rows { state.unsignedRows = interval.rows }
        self.state = Mutex(state)
    }

    /// Enters heads that a crash left in the file only. Never the other way round: a line missing in the file was taken
    /// from it, and the verifier is to see that. Returns the newest head.
    private static func completeHeads(
        _ node: String, _ file: AuditHeadsFile, _ key: AuditPublicKey, _ database: any SQLDatabase
    ) throws -> AuditHead? {
        let written = (try file.read()?.heads ?? []).filter { $0.node == node && $0.isSigned(by: key) }
        return try database.write { db in
            let stored = try AuditTables.lastHead(of: node, db)
            let newer = written.filter { $0.number > stored?.number ?? 0 }.sorted { $0.number < $1.number }
            var last = stored
            for head in newer where head.number > last?.number ?? 0 {
                try AuditTables.insert(head, db)
                last = head
            }
            return last
        }
    }

    /// Adds rows to the chain in the caller's transaction: they are there if and only if it commits.
    package func append(_ entries: [AuditEntry], in db: any SQLSession) throws {
        guard let first = entries.first else { return }
        let last = try AuditTables.lastRow(of: node, db)
        var number = last?.number ?? 0
        var hash = last?.hash ?? AuditRow.beginning
        for entry in entries {
            let (next, overflow) = number.addingReportingOverflow(1)
            guard !overflow else { throw AuditError("The audit chain of node '\(node)' has no more numbers.") }
            number = next
            let row = AuditRow(node: node, number: number, entry: entry)
            hash = row.hash(after: hash)
            try AuditTables.insert(row, hash: hash, db)
        }
        // Also counts rows of a transaction that will be rolled back: then a head is signed early.
        state.withLock { state in
            state.unsignedRows += entries.count
            state.unsignedSince = state.unsignedSince ?? first.at
        }
    }

    /// To be called after commits and now and then, with the time in milliseconds since 1970. Signs if the interval has
    /// passed; returns whether it did.
    @discardableResult
    package func signIfDue(now: Int64, in database: any SQLDatabase) throws -> Bool {
        let isDue = state.withLock { state in
            guard state.unsignedRows > 0 else { return false }
            guard state.unsignedRows < interval.rows, let since = state.unsignedSince else { return true }
            // A clock that was set back must not put signing off.
            let (age, overflow) = now.subtractingReportingOverflow(since)
            return overflow || age < 0 || age >= interval.milliseconds
        }
        return isDue ? try sign(now: now, in: database) : false
    }

    /// Signs the head of what is committed, unless that is signed already; to be called at close, too.
    @discardableResult
    package func sign(now: Int64, in database: any SQLDatabase) throws -> Bool {
        try signing.withLock { _ in
            try storeLastHead(in: database)
            let (counted, lastHead) = state.withLock { ($0.unsignedRows, $0.lastHead) }
            let last = try database.read { db in try AuditTables.lastRow(of: node, db) }
            guard let last, last.number != lastHead?.rows || last.hash != lastHead?.hash else {
                state.withLock { $0.forget(counted, now) }
                return false
            }
            let head = try AuditHead(
                node: node, number: (lastHead?.number ?? 0) &+ 1, rows: last.number, at: now, hash: last.hash,
                by: signer)
            try heads.append(head)
            state.withLock { state in
                state.lastHead = head
                state.unstored = head
                state.forget(counted, now)
            }
            try storeLastHead(in: database)
            return true
        }
    }

    private func storeLastHead(in database: any SQLDatabase) throws {
        guard let head = state.withLock({ $0.unstored }) else { return }
        try database.write { db in try AuditTables.insert(head, db) }
        state.withLock { $0.unstored = nil }
    }
}
