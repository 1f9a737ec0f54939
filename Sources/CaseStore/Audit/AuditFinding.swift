/// A sign that somebody changed the audit trail, or that it was damaged.
package struct AuditFinding: Equatable, Sendable, CustomStringConvertible {
    package enum Place: String, Sendable {
        case database = "the database"
        case file = "the heads file"
    }

    package enum Kind: Equatable, Sendable {
        /// A row whose hash is not that of its content after the row before.
        case rowChanged(Int64)
        /// A row whose columns are not of the kind that is written; without a number if that is one of them.
        case rowUnreadable(Int64?)
        /// A number below 1, or one that is there twice.
        case rowOutOfOrder(Int64)
        case rowsMissing(ClosedRange<Int64>)
        /// Rows that a signed head counts and that are gone.
        case rowsRemovedAtEnd(ClosedRange<Int64>)
        /// The row has another hash than when head `head` was signed.
        case rowNotAsSigned(Int64, head: Int64)
        case headForged(Int64, Place)
        case headsMissing(ClosedRange<Int64>, Place)
        /// The two places hold different heads of one number, both signed.
        case headsDiffer(Int64)
        /// A head that counts fewer rows than the one before it.
        case headWentBack(Int64)
        case headUnreadable
        case headsFileMissing
        case headsFileLine(Int)
    }

    package let node: String
    package let kind: Kind

    package var description: String {
        switch kind {
        case .rowChanged(let row):
            "node \(node): row \(row) does not agree with its hash: it was changed, inserted or moved, or the row before "
                + "it was replaced"
        case .rowUnreadable(let row?): "node \(node): row \(row) has lost its form: it was written by another program"
        case .rowUnreadable(nil): "node \(node): a row without a number: it was inserted"
        case .rowOutOfOrder(let row):
            "node \(node): row \(row) has a number that cannot be or is there already: it was inserted"
        case .rowsMissing(let rows): "node \(node): \(Self.name("row", rows)) missing from the middle: removed"
        case .rowsRemovedAtEnd(let rows):
            "node \(node): \(Self.name("row", rows)) missing at the end, though signed as written: removed, or an older "
                + "database was put back"
        case .rowNotAsSigned(let row, let head):
            "node \(node): row \(row) is not the one that head \(head) was signed over: it, or rows before it, were "
                + "replaced and their hashes computed anew, or an older database was put back"
        case .headForged(let head, let place):
            "node \(node): head \(head) in \(place.rawValue) is not signed by this house's key: forged or changed"
        case .headsMissing(let heads, let place):
            "node \(node): \(Self.name("head", heads)) missing from \(place.rawValue): removed, or an older copy of it "
                + "was put back"
        case .headsDiffer(let head):
            "node \(node): head \(head) is signed twice over different rows: an older copy of the data was put back "
                + "and went on"
        case .headWentBack(let head):
            "node \(node): head \(head) counts fewer rows than the one before it: rows were removed before it was signed"
        case .headUnreadable: "a signed head in the database has lost its form: it was written by another program"
        case .headsFileMissing:
            "the heads file is missing: it was removed, or this is a copy of the data without its keys"
        case .headsFileLine(let line): "line \(line) of the heads file is not a signed head: it was changed"
        }
    }

    private static func name(_ thing: String, _ range: ClosedRange<Int64>) -> String {
        range.lowerBound == range.upperBound
            ? "\(thing) \(range.lowerBound) is" : "\(thing)s \(range.lowerBound) to \(range.upperBound) are"
    }
}

/// What a check of the audit trail has seen.
package struct AuditReport: Equatable, Sendable {
    package struct Node: Equatable, Sendable {
        package let name: String
        package internal(set) var rows: Int64 = 0
        package internal(set) var heads: Int64 = 0
        /// Milliseconds since 1970; nil if no head has ever been signed.
        package internal(set) var lastSignedAt: Int64?
        /// Rows after the last signed head: removing them would not be seen.
        package internal(set) var unsignedRows: Int64 = 0
    }

    /// A trail that was replaced as a whole would fill the screen with one line a row.
    static let mostFindings = 1000

    package internal(set) var nodes: [Node] = []
    package private(set) var findings: [AuditFinding] = []
    /// How many findings there were beyond those listed.
    package private(set) var findingsLeftOut = 0
    /// What is harmless by itself, in words.
    package internal(set) var remarks: [String] = []

    package var isIntact: Bool { findings.isEmpty }

    mutating func add(_ node: String, _ kind: AuditFinding.Kind) {
        if findings.count < Self.mostFindings {
            findings.append(AuditFinding(node: node, kind: kind))
        } else {
            findingsLeftOut += 1
        }
    }
}
