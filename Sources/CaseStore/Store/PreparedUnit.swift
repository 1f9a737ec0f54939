import CaseMachine

/// A unit as its rows will stand in the tables of either database.
package struct PreparedUnit: Sendable {
    /// A class: the writer passes it on some ten times, and each time five arrays would be counted.
    final class Change: Sendable {
        let id: Int64
        let expectedVersion: Int64
        /// Only for a case that is to be made.
        let publicID: [UInt8]?
        let headsBefore: Heads
        let heads: Heads
        let columns: CaseColumns
        let due: Int64?
        let state: [UInt8]
        let events: [Event]
        /// Numbers of the events that these delete.
        let deleted: [Int64]
        /// Guests of merged rooms, if these may have changed them.
        let otherGuests: [Int64]?
        /// Rooms that end with this case.
        let erasedRooms: [Int64]
        let outbox: [OutboxItem]

        fileprivate init(_ change: CaseChange, _ sealer: Sealer) throws(VaultError) {
            id = change.id.value
            expectedVersion = change.expectedVersion
            publicID = change.publicID?.value.bigEndianBytes
            headsBefore = change.headsBefore
            heads = Heads(change.state)
            columns = CaseColumns(change.state)
            due = columns.stage == .erased ? nil : change.earliestDeadline?.milliseconds
            let owner = KeyOwner.case(id, of: change.state.organisation.value)
            let place = SealedPlace(owner, column: SealedColumn.state, row: change.expectedVersion + 1)
            state = try sealer.seal(change.state.packed, at: place)
            var events: [Event] = []
            events.reserveCapacity(change.events.count)
            for event in change.events {
                let body = try sealer.seal(
                    SealedEvent.pack(event), at: SealedEvent.place(event.numbers.forTeam, owner))
                events.append(
                    Event(
                        number: event.numbers.forTeam, guestNumber: event.numbers.forGuest,
                        edits: event.event.edits,
                        body: body))
            }
            self.events = events
            deleted = change.events.compactMap(\.event.deletes)
            otherGuests =
                change.events.contains { $0.event.changesGuests } ? columns.otherGuests.map(\.value).sorted() : nil
            erasedRooms = change.events.flatMap { $0.event.erases.map(\.value) }
            outbox = change.outbox
        }
    }

    struct Event: Sendable {
        let number: Int64
        let guestNumber: Int64?
        let edits: Int64?
        let body: [UInt8]
    }

    struct Command: Sendable {
        let organisation: Int64
        let key: [UInt8]
        let author: StoredAuthor
        let fingerprint: Int64
        let receipt: Receipt
        let at: Int64
    }

    let changes: [Change]
    let commands: [Command]
    let repeatedKey: Int?
}

extension PreparedUnit {
    init(_ unit: CommitUnit, at: Int64, _ sealer: Sealer) throws(VaultError) {
        var changes: [Change] = []
        changes.reserveCapacity(unit.changes.count)
        for change in unit.changes { changes.append(try Change(change, sealer)) }
        self.changes = changes
        commands = unit.commands.map { Command($0, at: at) }
        repeatedKey = unit.repeatedKey
    }
}

extension PreparedUnit.Command {
    fileprivate init(_ command: KeyedCommand, at: Int64) {
        organisation = command.organisation.value
        key = command.key.value.bigEndianBytes
        author = StoredAuthor(command.author)
        fingerprint = Int64(bitPattern: command.key.fingerprint)
        receipt = command.receipt
        self.at = at
    }
}
