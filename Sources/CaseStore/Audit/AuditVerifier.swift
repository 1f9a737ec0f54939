package import GRDB

/// Checks all chains of a database against their own hashes and against the signed heads. Reads each row once and keeps
/// none, so that the length of the trail does not matter.
package struct AuditVerifier {
    private let key: AuditPublicKey
    private let heads: AuditHeadsFile
    private let headsBefore: AuditHeadsFile.Content?
    private let copies: [AuditHeadsFile.Content]

    /// To be made before the transaction in which `verify` reads. `copiesOfHeads` are heads files that were kept
    /// elsewhere: they bear witness beside the house's own.
    package init(_ directory: DataDirectory, publicKey: AuditPublicKey, copiesOfHeads: [String] = []) throws {
        key = publicKey
        heads = AuditHeadsFile(path: directory.auditHeads)
        headsBefore = try heads.read()
        copies = try copiesOfHeads.map { path in
            guard let content = try AuditHeadsFile(path: path).read() else {
                throw AuditError("There is no file of heads '\(path)'.")
            }
            return content
        }
    }

    package func verify(_ db: Database) throws -> AuditReport {
        var report = AuditReport()
        let signed = try AuditHeadsCheck(key, heads, before: headsBefore, copies: copies, db, &report)
        var check: AuditChainCheck?
        var seen: Set<String> = []
        func finish() {
            if let check { report.nodes.append(check.finish(&report)) }
        }

        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT node, number, at, organisation, actor, action, subject, detail, hash,
                    instr(CAST(node || actor || action || subject || detail AS BLOB), x'00')
                FROM auditRow ORDER BY node, number
                """)
        while let row = try rows.next() {
            guard let node = ColumnValue.text(row, 0) else {
                report.add("?", .rowUnreadable(ColumnValue.integer(row, 1)))
                continue
            }
            if check?.node != node {
                finish()
                check = AuditChainCheck(node, signed.heads(of: node))
                seen.insert(node)
            }
            check?.take(row, &report)
        }
        finish()
        // Chains of which nothing is left but what was signed.
        for node in signed.nodes.subtracting(seen).sorted() {
            report.nodes.append(AuditChainCheck(node, signed.heads(of: node)).finish(&report))
        }
        report.nodes.sort { $0.name < $1.name }
        return report
    }
}

/// One chain, row by row.
private struct AuditChainCheck {
    let node: String
    /// In the order of the rows they count.
    private let heads: [AuditHead]
    private var nextHead = 0
    private var lastNumber: Int64 = 0
    private var rows: Int64 = 0
    /// nil after a row that is missing or unreadable: the next one cannot be checked, only what follows it.
    private var previousHash: [UInt8]? = AuditRow.beginning

    init(_ node: String, _ heads: [AuditHead]) {
        self.node = node
        self.heads = heads.sorted { ($0.rows, $0.number) < ($1.rows, $1.number) }
    }

    mutating func take(_ row: Row, _ report: inout AuditReport) {
        guard let number = ColumnValue.integer(row, 1) else { return report.add(node, .rowUnreadable(nil)) }
        rows += 1
        guard number > lastNumber else { return report.add(node, .rowOutOfOrder(number)) }
        if number - 1 > lastNumber {
            report.add(node, .rowsMissing(lastNumber + 1...number - 1))
            previousHash = nil
        }
        lastNumber = number
        // A text is read up to its first NUL, and none is written with one: what stands behind it was added.
        guard let hash = ColumnValue.blob(row, 8), ColumnValue.integer(row, 9) == 0,
            let content = Self.content(row, node, number)
        else {
            previousHash = nil
            return report.add(node, .rowUnreadable(number))
        }
        if let previousHash, content.hash(after: previousHash) != hash { report.add(node, .rowChanged(number)) }
        previousHash = hash
        compareHeads(number, hash, &report)
    }

    private mutating func compareHeads(_ number: Int64, _ hash: [UInt8], _ report: inout AuditReport) {
        // Those of rows that are missing have nothing to be compared with; the rows have been reported.
        while nextHead < heads.count, heads[nextHead].rows <= number {
            let head = heads[nextHead]
            if head.rows == number, head.hash != hash { report.add(node, .rowNotAsSigned(number, head: head.number)) }
            nextHead += 1
        }
    }

    func finish(_ report: inout AuditReport) -> AuditReport.Node {
        let signedRows = heads.last?.rows ?? 0
        if signedRows > lastNumber { report.add(node, .rowsRemovedAtEnd(lastNumber + 1...signedRows)) }
        var summary = AuditReport.Node(name: node)
        summary.rows = rows
        summary.heads = heads.map(\.number).max() ?? 0
        summary.lastSignedAt = heads.map(\.at).max()
        summary.unsignedRows = signedRows < lastNumber ? lastNumber - max(0, signedRows) : 0
        return summary
    }

    private static func content(_ row: Row, _ node: String, _ number: Int64) -> AuditRow? {
        guard let at = ColumnValue.integer(row, 2), let organisation = ColumnValue.integer(row, 3),
            let actor = ColumnValue.text(row, 4), let action = ColumnValue.text(row, 5),
            let subject = ColumnValue.text(row, 6), let detail = ColumnValue.text(row, 7)
        else { return nil }
        let entry = AuditEntry(
            readAt: at, organisation: organisation, actor: actor, action: action, subject: subject, detail: detail)
        return AuditRow(node: node, number: number, entry: entry)
    }
}
