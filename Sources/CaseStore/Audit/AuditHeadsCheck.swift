/// The signed heads of both places, and of copies: which are genuine, whether the places agree, whether any is missing.
struct AuditHeadsCheck {
    private var genuine: [String: [AuditHead]] = [:]

    var nodes: Set<String> { Set(genuine.keys) }

    func heads(of node: String) -> [AuditHead] { genuine[node] ?? [] }

    /// `before` is what the file held before the database's snapshot was taken. The house may be serving meanwhile: a
    /// head that only a later look at the file shows may be of rows that are not in the snapshot, and is left for the
    /// next check; one that the snapshot has must be in the file by now.
    ///
    /// `node` is the one whose file this is, where many nodes have the database: the heads of the others are in theirs.
    init(
        _ key: AuditPublicKey, _ file: AuditHeadsFile, before: AuditHeadsFile.Content?,
        copies: [AuditHeadsFile.Content], node here: String?, _ db: any SQLSession, _ report: inout AuditReport
    ) throws {
        let rows = try AuditTables.heads(db)
        for head in rows where head == nil { report.add("", .headUnreadable) }
        let stored = Self.sort(rows.compactMap(\.self), key, .database, &report)

        var written: [String: Sorted] = [:]
        if let content = try file.read() {
            for line in content.strange { report.add("", .headsFileLine(line)) }
            if content.endsTorn { report.remarks.append("the heads file ends within a line, as a crash leaves it") }
            let known = Set((rows.compactMap(\.self) + (before?.heads ?? [])).map(\.line))
            written = Self.sort(content.heads.filter { known.contains($0.line) }, key, .file, &report)
        } else if here.map({ stored[$0] != nil }) ?? !rows.isEmpty {
            report.add("", .headsFileMissing)
            written = stored
        }
        for copy in copies {
            for head in copy.heads where head.isSigned(by: key) {
                written[head.node, default: Sorted()].witnesses.append(head)
            }
        }
        if let here {
            for (node, heads) in stored where node != here {
                written[node] = Self.elsewhere(node, heads, written[node, default: Sorted()], &report)
            }
        }
        for node in Set(stored.keys).union(written.keys).sorted() {
            genuine[node] = Self.compare(
                node, stored[node, default: Sorted()], written[node, default: Sorted()], &report)
        }
    }

    /// One node's heads in one place.
    private struct Sorted {
        var genuine: [Int64: AuditHead] = [:]
        var forged: Set<Int64> = []
        /// From copies of the heads file.
        var witnesses: [AuditHead] = []
    }

    private static func sort(
        _ heads: [AuditHead], _ key: AuditPublicKey, _ place: AuditFinding.Place, _ report: inout AuditReport
    ) -> [String: Sorted] {
        var sorted: [String: Sorted] = [:]
        for head in heads {
            if !head.isSigned(by: key) {
                sorted[head.node, default: Sorted()].forged.insert(head.number)
                report.add(head.node, .headForged(head.number, place))
            } else if let other = sorted[head.node]?.genuine.updateValue(head, forKey: head.number) {
                if other != head { report.add(head.node, .headsDiffer(head.number)) }
            } else {
                sorted[head.node, default: Sorted()].genuine[head.number] = head
            }
        }
        return sorted
    }

    /// What stands for the file of another node: a copy of it that was named; without one, nobody can say what is missing.
    private static func elsewhere(
        _ node: String, _ stored: Sorted, _ written: Sorted, _ report: inout AuditReport
    ) -> Sorted {
        var file = written
        for head in written.witnesses { file.genuine[head.number] = head }
        guard file.genuine.isEmpty else { return file }
        report.remarks.append(
            "node \(node): its signed heads were looked for in the database only; they are in that node's own "
                + "audit-heads.log: name a copy of it with --heads")
        return stored
    }

    /// Returns every genuine head of the node, of whichever place.
    private static func compare(
        _ node: String, _ stored: Sorted, _ written: Sorted, _ report: inout AuditReport
    ) -> [AuditHead] {
        var all = stored.genuine
        let others = written.genuine.values.sorted { $0.number < $1.number } + written.witnesses
        var differing: [AuditHead] = []
        for head in others {
            if let other = all[head.number] {
                guard other != head else { continue }
                report.add(node, .headsDiffer(head.number))
                differing.append(head)
            } else {
                all[head.number] = head
            }
        }
        let inOrder = all.values.sorted { $0.number < $1.number }
        for (head, next) in zip(inOrder, inOrder.dropFirst()) where next.rows < head.rows {
            report.add(node, .headWentBack(next.number))
        }
        guard let last = inOrder.last?.number else { return [] }
        for gap in gaps(in: written, upTo: last) { report.add(node, .headsMissing(gap, .file)) }
        for gap in gaps(in: stored, upTo: last) {
            // The file comes first, so that a crash, or a check just now, may find the newest head there alone.
            if gap == last...last, written.genuine[last] != nil {
                report.remarks.append("node \(node): head \(last) is in the heads file only, as a crash leaves it")
            } else {
                report.add(node, .headsMissing(gap, .database))
            }
        }
        return inOrder + differing
    }

    /// The numbers from 1 on that are missing. A forged head has been reported as such.
    private static func gaps(in heads: Sorted, upTo last: Int64) -> [ClosedRange<Int64>] {
        var gaps: [ClosedRange<Int64>] = []
        var expected: Int64 = 1
        for number in heads.forged.union(heads.genuine.keys).sorted() where number >= expected && number <= last {
            if number > expected { gaps.append(expected...number - 1) }
            expected = number &+ 1
        }
        if expected >= 1, expected <= last { gaps.append(expected...last) }
        return gaps
    }
}
