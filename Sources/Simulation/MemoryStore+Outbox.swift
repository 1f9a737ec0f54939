package import CaseMachine
package import CaseStore
import Synchronization

extension MemoryStore {
    struct OutboxRow {
        let pending: PendingItem
        var recipient: MemberID?
        var series: Int64 = 0
        var since: Timestamp?
        var token: Int64?
        var leaseEnd: Timestamp?
        var attempts: Int64 = 0
        /// An attempt is under way.
        var isOpen = false
        var unknowns: Int64 = 0
        var outcome: OutcomeRow?
        var finishedAt: Timestamp?
        var delivery: LetterRecord.Delivery?
        var reportedAt: Timestamp?

        init(pending: PendingItem, recipient: MemberID? = nil, series: Int64 = 0, since: Timestamp? = nil) {
            (self.pending, self.recipient, self.series, self.since) = (pending, recipient, series, since)
        }

        var state: LetterRecord.State { outcome?.state ?? .waiting }
        var nextTry: Timestamp? { outcome?.nextTry }
        var hasFailed: Bool { state == .dead || delivery == .failed }

        var record: LetterRecord {
            LetterRecord(
                id: pending.id, caseID: pending.caseID, item: pending.item, recipient: recipient, state: state,
                attempts: attempts, unknowns: unknowns, nextTry: nextTry, finishedAt: finishedAt,
                channel: outcome?.channel, reason: outcome?.reason, delivery: delivery, reportedAt: reportedAt)
        }
    }

    package func outbox(after id: Int64, limit: Int) throws(StoreError) -> [PendingItem] {
        contents.withLock { contents in
            contents.outbox.lazy.filter { $0.pending.id > id && $0.state == .waiting }.prefix(max(0, limit))
                .map(\.pending)
        }
    }

    package func leaseOutbox(
        limit: Int, for duration: Duration, at now: Timestamp
    ) throws(StoreError) -> [LeasedItem] {
        let clock = clock()
        return contents.withLock { contents in
            let ready = contents.outbox.indices.filter { index in
                let row = contents.outbox[index]
                return row.state == .waiting && row.nextTry.map { $0 <= now } ?? true
                    && row.leaseEnd.map { $0 <= clock } ?? true
            }.sorted { one, other in
                let (one, other) = (contents.outbox[one], contents.outbox[other])
                let never = Timestamp(milliseconds: 0)
                return (one.nextTry ?? never, one.pending.id) < (other.nextTry ?? never, other.pending.id)
            }
            return ready.prefix(max(0, limit)).sorted().map { index in
                contents.lastToken += 1
                contents.outbox[index].token = contents.lastToken
                contents.outbox[index].leaseEnd = clock + duration
                if contents.outbox[index].isOpen { contents.outbox[index].unknowns += 1 }
                contents.outbox[index].isOpen = false
                let row = contents.outbox[index]
                return LeasedItem(
                    row.pending, token: contents.lastToken, recipient: row.recipient, series: row.series,
                    since: row.since, attempts: row.attempts, unknowns: row.unknowns)
            }
        }
    }

    package func beginAttempt(_ item: LeasedItem, for duration: Duration) throws(StoreError) -> Bool {
        let clock = clock()
        return contents.withLock { contents in
            guard let index = contents.place(of: item, at: clock) else { return false }
            contents.outbox[index].attempts += 1
            contents.outbox[index].isOpen = true
            contents.outbox[index].leaseEnd = clock + duration
            return true
        }
    }

    package func finish(
        _ item: LeasedItem, _ outcome: LetterOutcome, at now: Timestamp
    ) throws(StoreError) -> Bool {
        contents.withLock { contents in
            guard let index = contents.place(of: item) else { return false }
            let row = OutcomeRow(outcome)
            contents.outbox[index].outcome = row
            contents.outbox[index].finishedAt = row.state == .waiting ? nil : now
            if row.isUnknown, contents.outbox[index].isOpen { contents.outbox[index].unknowns += 1 }
            contents.outbox[index].isOpen = false
            contents.outbox[index].leaseEnd = nil
            return true
        }
    }

    package func split(_ item: LeasedItem, among members: [MemberID]) throws(StoreError) -> Bool {
        let clock = clock()
        return contents.withLock { contents in
            guard let index = contents.place(of: item, at: clock) else { return false }
            contents.outbox.remove(at: index)
            for member in members {
                contents.lastItem += 1
                let pending = PendingItem(id: contents.lastItem, caseID: item.pending.caseID, item: item.pending.item)
                contents.outbox.append(
                    OutboxRow(pending: pending, recipient: member, series: item.series, since: item.since))
            }
            return true
        }
    }

    package func report(
        _ report: LetterReport, of reference: String, at now: Timestamp
    ) throws(StoreError) -> [CaseID] {
        contents.withLock { contents in
            let found = contents.outbox.indices.filter { contents.outbox[$0].outcome?.reference == reference }
            for index in found where contents.outbox[index].delivery != .delivered {
                contents.outbox[index].reportedAt = now
                switch report {
                case .delivered:
                    contents.outbox[index].delivery = .delivered
                    contents.outbox[index].outcome?.reason = nil
                case .failed(let reason):
                    contents.outbox[index].delivery = .failed
                    contents.outbox[index].outcome?.reason = reason
                }
            }
            return Set(found.map { contents.outbox[$0].pending.caseID }).sorted()
        }
    }

    package func letters(of id: CaseID, limit: Int) throws(StoreError) -> [LetterRecord] {
        contents.withLock { contents in
            contents.outbox.filter { $0.pending.caseID == id }.suffix(max(0, limit)).map(\.record)
        }
    }

    package func failedLetters(
        of organisation: OrganisationID, before id: Int64?, limit: Int
    ) throws(StoreError) -> [LetterRecord] {
        contents.withLock { contents in
            contents.outbox.reversed().filter { row in
                row.hasFailed && row.pending.id < id ?? .max
                    && contents.cases[row.pending.caseID]?.columns.organisation == organisation
            }.prefix(max(0, limit)).map(\.record)
        }
    }

    package func sendAgain(
        _ id: Int64, in organisation: OrganisationID, at now: Timestamp
    ) throws(StoreError) -> CaseID? {
        contents.withLock { contents in
            guard let index = contents.outbox.firstIndex(where: { $0.pending.id == id }),
                contents.outbox[index].hasFailed,
                contents.cases[contents.outbox[index].pending.caseID]?.columns.organisation == organisation
            else { return nil }
            let old = contents.outbox[index]
            var row = OutboxRow(pending: old.pending, recipient: old.recipient, series: old.series + 1, since: now)
            row.unknowns = min(1, old.unknowns)
            contents.outbox[index] = row
            return old.pending.caseID
        }
    }

    package func forgetLetters(finishedBefore moment: Timestamp, limit: Int) throws(StoreError) -> Int {
        contents.withLock { contents in
            let old = contents.outbox.filter { $0.finishedAt.map { $0 < moment } ?? false }
                .sorted { ($0.finishedAt ?? moment) < ($1.finishedAt ?? moment) }.prefix(max(0, limit))
            let ids = Set(old.map(\.pending.id))
            contents.outbox.removeAll { ids.contains($0.pending.id) }
            return old.count
        }
    }
}

extension MemoryStore.Contents {
    /// Where the item stands, if nobody else has taken it since.
    fileprivate func place(of item: LeasedItem) -> Int? {
        outbox.firstIndex { $0.pending.id == item.pending.id && $0.token == item.token }
    }

    /// The same, while its lease runs.
    fileprivate func place(of item: LeasedItem, at clock: Timestamp) -> Int? {
        place(of: item).flatMap { index in
            let row = outbox[index]
            return row.state == .waiting && row.leaseEnd.map { $0 > clock } ?? false ? index : nil
        }
    }
}
