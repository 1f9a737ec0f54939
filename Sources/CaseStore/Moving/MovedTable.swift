/// A table that a house takes along when it moves from its file to PostgreSQL: which, and by which columns its rows are told
/// apart and come in one order on both sides.
struct MovedTable {
    let name: String
    let order: [String]
    /// Its numbers are given out by the database, which has to go on behind the highest one ever given.
    var hasNumbers = false

    /// All but what is of one process (`node`, `nodeMember`) and what says of the file itself what it is (`meta`).
    static let all: [MovedTable] = [
        MovedTable(name: "caseRow", order: ["id"]),
        MovedTable(name: "caseEvent", order: ["caseID", "number"]),
        MovedTable(name: "caseGuest", order: ["guest", "caseID"]),
        MovedTable(name: "commandKey", order: ["id"], hasNumbers: true),
        MovedTable(name: "outboxItem", order: ["id"], hasNumbers: true),
        MovedTable(name: "auditRow", order: ["node", "number"]),
        MovedTable(name: "auditHead", order: ["node", "number"]),
        MovedTable(name: "organisation", order: ["id"], hasNumbers: true),
        MovedTable(name: "team", order: ["id"], hasNumbers: true),
        MovedTable(name: "teamCategory", order: ["id"], hasNumbers: true),
        MovedTable(name: "teamField", order: ["id"], hasNumbers: true),
        MovedTable(name: "member", order: ["id"], hasNumbers: true),
        MovedTable(name: "guest", order: ["id"], hasNumbers: true),
        MovedTable(name: "challenge", order: ["id"], hasNumbers: true),
        MovedTable(name: "attempt", order: ["id"], hasNumbers: true),
        MovedTable(name: "sharedFile", order: ["id"], hasNumbers: true),
        MovedTable(name: "session", order: ["id"], hasNumbers: true),
        MovedTable(name: "memberLink", order: ["id"], hasNumbers: true),
    ]
}

/// The rows of a table in their order, a page at a time, from either database.
struct TablePages {
    /// Some megabytes of the largest rows, and far below what one statement takes of arguments.
    static let rowsAtOnce = 500

    let table: MovedTable
    let columns: [String]
    private let order: [Int]

    /// Nil if a column by which the rows are ordered is not among them.
    init?(_ table: MovedTable, _ columns: [String]) {
        let order = table.order.compactMap { columns.firstIndex(of: $0) }
        guard order.count == table.order.count else { return nil }
        self.table = table
        self.columns = columns
        self.order = order
    }

    /// Calls `body` with one page after the other, each read in a transaction of its own: nobody writes meanwhile.
    func each(
        in database: any SQLDatabase, _ body: ([SQLRow]) throws(StoreError) -> Void
    ) throws(StoreError) {
        var last: [SQLValue] = []
        while true {
            let page = try database.read { db in try db.rows(sql(isFirst: last.isEmpty), last) }
            if !page.isEmpty { try body(page) }
            guard page.count == Self.rowsAtOnce, let row = page.last else { return }
            last = order.map { row.values[$0] }
        }
    }

    private func sql(isFirst: Bool) -> String {
        let names = table.order.joined(separator: ", ")
        let places = table.order.map { _ in "?" }.joined(separator: ", ")
        return """
            SELECT \(columns.joined(separator: ", ")) FROM \(table.name)
            \(isFirst ? "" : "WHERE (\(names)) > (\(places))")
            ORDER BY \(names) LIMIT \(Self.rowsAtOnce)
            """
    }
}

/// What a table holds, in so few bytes that both sides can be compared: how many rows, and a hash over all their values. Pages
/// are of the same rows on both sides.
struct TableDigest: Equatable {
    private(set) var rows = 0
    private var hash: [UInt8] = []

    mutating func add(_ page: [SQLRow]) {
        var digest = AuditDigest("foyer moved table 1")
        digest.append(hash)
        for row in page {
            digest.append(Int64(row.values.count))
            for value in row.values { digest.append(value) }
        }
        rows += page.count
        hash = digest.sha256()
    }
}

extension AuditDigest {
    fileprivate mutating func append(_ value: SQLValue) {
        switch value {
        case .null: append(Int64(0))
        case .integer(let number):
            append(Int64(1))
            append(number)
        case .text(let text):
            append(Int64(2))
            append(text)
        case .blob(let bytes):
            append(Int64(3))
            append(bytes)
        }
    }
}
