import CaseMachine

/// Where a page of a list begins, and how long it may be.
struct ListPage {
    /// What stands for the last two `?` of the list's SQL.
    let numbers: [Int64]

    /// nil for a page that has no room, or that nothing can stand on.
    init?(after id: CaseID?, limit: Int) {
        guard limit > 0, id?.value != .max else { return nil }
        numbers = [id.map { $0.value + 1 } ?? .min, Int64(limit)]
    }
}

/// The same words for both databases.
extension CaseList {
    /// In the words of the partial index that holds it, which the databases otherwise do not take.
    private var condition: String {
        switch self {
        case .unassigned: "stage = 0 AND assignee IS NULL AND kind <> 2 AND team = ?"
        case .mine: "assignee IS NOT NULL AND assignee = ?"
        case .open: "team = ? AND stage = 0"
        case .unread: "stage = 0 AND isUnread = 1 AND team = ?"
        case .closed: "team = ? AND stage = 1"
        case .ofGuest: Self.ofGuest("?1", stage: "?2")
        case .ofClient: "kind = 2 AND stage <> 2 AND party = ?"
        }
    }

    /// A guest's cases are few: they are gathered, then read.
    private static func ofGuest(_ guest: String, stage: String) -> String {
        """
        stage = \(stage) AND id IN (
            SELECT id FROM caseRow WHERE kind <> 2 AND party = \(guest) AND stage = \(stage)
            UNION ALL SELECT caseID FROM caseGuest WHERE guest = \(guest))
        """
    }

    /// The versions in the lists of many guests, in PostgreSQL's words: of each guest and stage, by its place among those
    /// that are asked for, at most so many.
    static let versionsOfGuests = """
        SELECT asked.place, found.id, found.version
        FROM unnest($1::BIGINT[], $2::BIGINT[]) WITH ORDINALITY AS asked (guest, stage, place)
        CROSS JOIN LATERAL (
            SELECT id, version FROM caseRow WHERE \(ofGuest("asked.guest", stage: "asked.stage")) ORDER BY id LIMIT $3
        ) AS found
        ORDER BY asked.place, found.id
        """

    /// What stands for the first `?` of the condition.
    var numbers: [Int64] {
        switch self {
        case .unassigned(let team), .open(let team), .unread(let team), .closed(let team): [team.value]
        case .mine(let member): [member.value]
        case .ofGuest(let guest, let open):
            [guest.value, Int64((open ? CaseColumns.Stage.open : .ended).rawValue)]
        case .ofClient(let client): [client.value]
        }
    }

    func sql(_ columns: String) -> String {
        "SELECT \(columns) FROM caseRow WHERE \(condition) AND id >= ? ORDER BY id LIMIT ?"
    }
}
