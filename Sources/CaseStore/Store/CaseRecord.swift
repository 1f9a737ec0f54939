import CaseMachine

/// A row as either database gives it. A column of another type than expected reads nil.
protocol StoredRow {
    func integer(_ index: Int) -> Int64?
    func blob(_ index: Int) -> [UInt8]?
}

extension SQLRow: StoredRow {}

/// A case's row as it was read, its state still sealed.
struct CaseRecord {
    static let columns = """
        id, publicID, version, teamHead, guestHead, organisation, team, kind, party, assignee, isAssigneeAbsent, stage, \
        isUnread, state
        """

    let id: CaseID
    let publicID: PublicID
    let version: Int64
    let heads: Heads
    let organisation: Int64
    let isErased: Bool
    private let plain: [Int64?]
    private let state: [UInt8]

    /// nil for a row whose columns are of other types than they were made.
    init?(_ row: some StoredRow) {
        guard let id = row.integer(0),
            let publicID = row.blob(1).flatMap(UInt128.init(bigEndianBytes:)),
            let version = row.integer(2), let teamHead = row.integer(3),
            let guestHead = row.integer(4), let organisation = row.integer(5),
            let stage = row.integer(11), let state = row.blob(13)
        else { return nil }
        self.id = CaseID(id)
        self.publicID = PublicID(publicID)
        self.version = version
        heads = Heads(team: teamHead, guest: guestHead)
        self.organisation = organisation
        isErased = stage == Int64(CaseColumns.Stage.erased.rawValue)
        plain = (5...12).map { row.integer($0) }
        self.state = state
    }

    /// What became of looking for a case.
    static func found(_ row: (some StoredRow)?) -> Result<CaseRecord, CaseTrouble> {
        guard let row else { return .failure(.noSuchCase) }
        guard let record = CaseRecord(row) else { return .failure(.unreadable("its row is damaged")) }
        return record.isErased ? .failure(.erased) : .success(record)
    }

    var owner: KeyOwner { .case(id.value, of: organisation) }

    /// The state, which must agree with the columns beside it: they were looked for, and it was sealed.
    func open(_ sealer: Sealer) throws(StoreError) -> Result<CaseState, CaseTrouble> {
        guard !isErased else { return .failure(.erased) }
        let opened = try CaseTrouble.catching { () throws(VaultError) in
            try sealer.open(state, at: SealedPlace(owner, column: SealedColumn.state, row: version))
        }
        return opened.flatMap { bytes in
            Result { () throws(ShapeError) in try CaseState(packed: bytes) }.mapError { CaseTrouble($0, "its state") }
        }.flatMap { state in
            guard Heads(state) == heads, CaseColumns(state).plain == plain else {
                return .failure(.unreadable("its row was changed: it does not agree with the sealed state"))
            }
            return .success(state)
        }
    }
}

extension CaseColumns {
    /// As they stand in the row, from `organisation` to `isUnread`.
    fileprivate var plain: [Int64?] {
        [
            organisation.value, team.value, Int64(kind.rawValue), party, assignee?.value, isAssigneeAbsent ? 1 : 0,
            Int64(stage.rawValue), isUnread ? 1 : 0,
        ]
    }
}
