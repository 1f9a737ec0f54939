package import CaseMachine

/// What has to leave the building, worked off under leases (docs/store.md, "The outbox").
///
/// An item is taken (`leaseOutbox`), an attempt is counted *before* anything is sent (`beginAttempt`), and what came of it
/// is written down (`finish`). So a process that dies in between leaves a trace: whoever takes the item next is told that
/// it may have gone already. `now` is the house's clock, by which items are due and dated; leases run by the store's own.
package protocol CaseOutbox: AnyObject, Sendable {
    /// What waits, after the item `id`, in the order in which it was stored.
    func outbox(after id: Int64, limit: Int) throws(StoreError) -> [PendingItem]

    /// Takes at most `limit` items that wait and whose time has come, those first that were never tried. Nobody else gets
    /// them before `duration` has passed. Others that take at the same moment are not waited for.
    func leaseOutbox(limit: Int, for duration: Duration, at now: Timestamp) throws(StoreError) -> [LeasedItem]

    /// An attempt begins, and the lease is good for another `duration`. False if it had run out: do not send.
    func beginAttempt(_ item: LeasedItem, for duration: Duration) throws(StoreError) -> Bool

    /// What came of it. False if somebody else has taken the item meanwhile: theirs counts, and this leaves no trace. May
    /// be repeated.
    func finish(_ item: LeasedItem, _ outcome: LetterOutcome, at now: Timestamp) throws(StoreError) -> Bool

    /// Puts an item for each of the members in its place. False if the lease had run out.
    func split(_ item: LeasedItem, among members: [MemberID]) throws(StoreError) -> Bool

    /// What a provider says of what it has taken, by the reference that it gave. Once delivered, it stays so. Answers which
    /// cases are concerned; empty if nobody knows the reference.
    func report(_ report: LetterReport, of reference: String, at now: Timestamp) throws(StoreError) -> [CaseID]

    /// The newest `limit` letters of a case, the oldest of them first.
    func letters(of id: CaseID, limit: Int) throws(StoreError) -> [LetterRecord]

    /// Letters of an organisation that have failed for good, the newest first, with numbers below `id`.
    func failedLetters(
        of organisation: OrganisationID, before id: Int64?, limit: Int
    ) throws(StoreError) -> [LetterRecord]

    /// A letter that has failed for good waits again, as if it were new. Nil if there is none in this organisation.
    func sendAgain(
        _ id: Int64, in organisation: OrganisationID, at now: Timestamp
    ) throws(StoreError) -> CaseID?

    /// Forgets at most `limit` letters that were done before `moment`; answers how many.
    func forgetLetters(finishedBefore moment: Timestamp, limit: Int) throws(StoreError) -> Int
}

/// An item that somebody has taken.
package struct LeasedItem: Hashable, Sendable {
    package let pending: PendingItem
    /// Of this taking and no other.
    package let token: Int64
    /// Nil: not yet said for whom it is.
    package let recipient: MemberID?
    /// How often an administrator has had it sent again.
    package let series: Int64
    /// Since when it is tried, in this series.
    package let since: Timestamp
    /// Begun before, in this series.
    package let attempts: Int64
    /// Attempts of which nobody knows what came: whoever made them died, or got no answer.
    package let unknowns: Int64

    package init(
        _ pending: PendingItem, token: Int64, recipient: MemberID? = nil, series: Int64 = 0, since: Timestamp? = nil,
        attempts: Int64 = 0, unknowns: Int64 = 0
    ) {
        self.pending = pending
        self.token = token
        self.recipient = recipient
        self.series = series
        self.since = since ?? pending.item.due
        self.attempts = attempts
        self.unknowns = unknowns
    }
}

package enum LetterChannel: UInt8, Hashable, Sendable, CaseIterable {
    case sms = 1
    case email
}

/// What came of an attempt, or why there is none.
package enum LetterOutcome: Hashable, Sendable {
    /// A provider has it, and calls it so.
    case sent(LetterChannel, reference: String?)
    /// Not yet. `isUnknown`: nobody can tell whether the provider has it.
    case later(at: Timestamp, LetterChannel?, reason: String, isUnknown: Bool)
    /// Given up, until an administrator has it sent again.
    case dead(LetterChannel?, reason: String, isUnknown: Bool)
    /// Nobody needs it any more.
    case cancelled(reason: String)
}

package enum LetterReport: Hashable, Sendable {
    case delivered
    case failed(reason: String)
}

/// An item of the outbox as it stands, for whoever looks at it.
package struct LetterRecord: Hashable, Sendable {
    package enum State: UInt8, Hashable, Sendable, CaseIterable {
        case waiting
        case sent
        case dead
        case cancelled
    }

    package enum Delivery: UInt8, Hashable, Sendable, CaseIterable {
        case delivered = 1
        case failed
    }

    package let id: Int64
    package let caseID: CaseID
    package let item: OutboxItem
    package let recipient: MemberID?
    package let state: State
    package let attempts: Int64
    /// Attempts of which nobody knows what came.
    package let unknowns: Int64
    /// When it is tried next, while it waits and was tried.
    package let nextTry: Timestamp?
    /// When it was sent, given up or cancelled.
    package let finishedAt: Timestamp?
    package let channel: LetterChannel?
    package let reason: String?
    package let delivery: Delivery?
    package let reportedAt: Timestamp?

    package init(
        id: Int64, caseID: CaseID, item: OutboxItem, recipient: MemberID?, state: State, attempts: Int64,
        unknowns: Int64, nextTry: Timestamp?, finishedAt: Timestamp?, channel: LetterChannel?, reason: String?,
        delivery: Delivery?, reportedAt: Timestamp?
    ) {
        self.id = id
        self.caseID = caseID
        self.item = item
        self.recipient = recipient
        self.state = state
        self.attempts = attempts
        self.unknowns = unknowns
        self.nextTry = nextTry
        self.finishedAt = finishedAt
        self.channel = channel
        self.reason = reason
        self.delivery = delivery
        self.reportedAt = reportedAt
    }

    /// Sent after an attempt of which nobody knows what came.
    package var mayHaveGoneTwice: Bool { state == .sent && unknowns > 0 }

    /// By how much it was late when the provider had it.
    package var lateness: Duration? {
        guard state == .sent, let finishedAt else { return nil }
        return max(.zero, finishedAt.since(item.due))
    }
}
