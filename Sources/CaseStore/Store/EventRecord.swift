import CaseMachine

/// An event's row as it was read, still sealed.
struct EventRecord {
    /// An event's number for the guest is never greater than the team's: the guest's are found from there on by walking
    /// over the private ones between, which are few. An index of its own would cost every commit a page more.
    static func sql(for reader: Side) -> String {
        let condition =
            switch reader {
            case .team: ""
            case .guest: "AND guestNumber > ?2"
            }
        return """
            SELECT number, guestNumber, isDeleted, body FROM caseEvent
            WHERE caseID = ?1 AND number > ?2 \(condition) ORDER BY number LIMIT ?3
            """
    }

    let numbers: Numbers
    let isDeleted: Bool
    let body: [UInt8]

    init?(_ row: some StoredRow) {
        guard let number = row.integer(0), let isDeleted = row.integer(2), let body = row.blob(3) else { return nil }
        numbers = Numbers(forTeam: number, forGuest: row.integer(1))
        self.isDeleted = isDeleted != 0
        self.body = body
    }

    func number(for reader: Side) -> Int64? {
        switch reader {
        case .team: numbers.forTeam
        case .guest: numbers.forGuest
        }
    }

    func open(_ owner: KeyOwner, _ sealer: Sealer) throws(StoreError) -> Result<StoredEvent, CaseTrouble> {
        try CaseTrouble.catching { () throws(VaultError) in
            try sealer.open(body, at: SealedEvent.place(numbers.forTeam, owner))
        }.flatMap { SealedEvent.unpack($0, numbers) }
            .map { StoredEvent(numbers: numbers, event: $0, isDeleted: isDeleted) }
    }
}
