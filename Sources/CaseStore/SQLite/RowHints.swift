import CaseMachine

/// What the rows hold that this process wrote last, so that a commit need not read a row before it writes it.
///
/// A hint is never trusted with more than speed: the statement that uses it compares the version in the row, and where
/// that is another one the row is read after all.
struct RowHints {
    struct Hint: Equatable {
        let version: Int64
        let heads: Heads
        let due: Int64?
        let team: TeamID
        let assignee: MemberID?
        let isAssigneeAbsent: Bool
        let stage: CaseColumns.Stage
        let isUnread: Bool
    }

    /// Some 100 bytes each: as many as an engine keeps cases, and half as many again.
    static let most = 32_768

    private var hints: [Int64: Hint] = [:]

    subscript(id: Int64) -> Hint? { hints[id] }

    mutating func note(_ change: PreparedUnit.Change) {
        // Which ones have gone out of use is not worth knowing: a row without a hint is read.
        if hints.count >= Self.most { hints.removeAll(keepingCapacity: true) }
        let columns = change.columns
        hints[change.id] = Hint(
            version: change.expectedVersion + 1, heads: change.heads, due: change.due, team: columns.team,
            assignee: columns.assignee, isAssigneeAbsent: columns.isAssigneeAbsent, stage: columns.stage,
            isUnread: columns.isUnread)
    }

    /// A transaction was taken back.
    mutating func forget() { hints.removeAll(keepingCapacity: true) }
}

extension RowHints.Hint {
    /// How the row has to be written to become what `change` says; nil if it is not the row that was decided on.
    func update(for change: PreparedUnit.Change) -> CommitStatements.Update? {
        guard version == change.expectedVersion, heads == change.headsBefore, stage != .erased else { return nil }
        let columns = change.columns
        guard stage == columns.stage, team == columns.team, assignee == columns.assignee,
            isAssigneeAbsent == columns.isAssigneeAbsent
        else { return .all }
        guard isUnread == columns.isUnread else { return .unread }
        return due == change.due ? .state : .due
    }
}
