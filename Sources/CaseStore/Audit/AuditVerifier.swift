/// Checks all chains of a database against their own hashes and against the signed heads. Reads each row once and keeps
/// none, so that the length of the trail does not matter.
package struct AuditVerifier {
    private let key: AuditPublicKey
    private let heads: AuditHeadsFile
    private let headsBefore: AuditHeadsFile.Content?
    private let copies: [AuditHeadsFile.Content]
    private let node: String?

    /// To be made before the transaction in which `verify` reads. `copiesOfHeads` are heads files that were kept
    /// elsewhere: they bear witness beside the house's own. `node` is this one's name, where many nodes have the database:
    /// each has a heads file of its own, and copies of the others' stand for them.
    package init(
        _ directory: DataDirectory, publicKey: AuditPublicKey, copiesOfHeads: [String] = [], node: String? = nil
    ) throws {
        key = publicKey
        self.node = node
        heads = AuditHeadsFile(path: directory.auditHeads)
        headsBefore = try heads.read()
        copies = try copiesOfHeads.map { path in
            guard let content = try AuditHeadsFile(path: path).read() else {
                throw AuditError("There is no file of heads '\(path)'.")
            }
            return content
        }
    }

    /// Of a copy of the database, whose heads stand in a file of its own.
    init(heads file: AuditHeadsFile, publicKey: AuditPublicKey) throws {
        key = publicKey
        node = nil
        heads = file
        headsBefore = try file.read()
        copies = []
    }

    package func verify(_ db: any SQLSession) throws -> AuditReport {
        var report = AuditReport()
        let signed = try AuditHeadsCheck(key, heads, before: headsBefore, copies: copies, node: node, db, &report)
        var check: AuditChainCheck?
        var seen: Set<String> = []
        func finish() {
            if let check { report.nodes.append(check.finish(&report)) }
        }

        try db.eachRow(
            """
            SELECT node, number, at, organisation, actor, action, subject, detail, hash FROM auditRow
            ORDER BY node, number
            """, []
        ) { row in
            guard let node = row.text(0) else { return report.add("?", .rowUnreadable(row.integer(1))) }
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

    mutating func take(_ row: SQLRow, _ report: inout AuditReport) {
        guard let number = row.integer(1) else { return report.add(node, .rowUnreadable(nil)) }
        rows += 1
        guard number > lastNumber else { return report.add(node, .rowOutOfOrder(number)) }
        if number - 1 > lastNumber {
            report.add(node, .rowsMissing(lastNumber + 1...number - 1))
            previousHash = nil
        }
        lastNumber = number
        guard let hash = row.blob(8), let content = Self.content(row, node, number) else {
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

    private static func content(_ row: SQLRow, _ node: String, _ number: Int64) -> AuditRow? {
        guard let at = row.integer(2), let organisation = row.integer(3), let actor = row.text(4),
            let action = row.text(5), let subject = row.text(6), let detail = row.text(7)
        else { return nil }
        // None is written with a NUL: what stands behind it was added, where other programs do not show it.
        guard [node, actor, action, subject, detail].allSatisfy({ !$0.utf8.contains(0) }) else { return nil }
        let entry = AuditEntry(
            readAt: at, organisation: organisation, actor: actor, action: action, subject: subject, detail: detail)
        return AuditRow(node: node, number: number, entry: entry)
    }
}
