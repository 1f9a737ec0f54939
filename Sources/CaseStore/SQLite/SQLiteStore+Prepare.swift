import CaseMachine

/// Which sealed column a value stands in, authenticated with it. Stored: never renumber.
enum SealedColumn {
    /// `caseRow.state`; its row is the version.
    static let state: UInt16 = 1
    /// `caseEvent.body`; its row is the team's number.
    static let event: UInt16 = 2
}

extension SQLiteStore {
    /// A unit as its rows will stand in the tables.
    package struct Prepared: Sendable {
        struct Change: Sendable {
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

    package func prepare(_ units: [CommitUnit]) throws(StoreError) -> [Result<Prepared, CaseTrouble>] {
        let at = settings.clock().milliseconds
        return try prepareSealing { sealer throws(StoreError) in
            let troubles = try makeKeys(units)
            var prepared: [Result<Prepared, CaseTrouble>] = []
            prepared.reserveCapacity(units.count)
            for (unit, index) in zip(units, 0...) {
                if let trouble = troubles[index] ?? unit.fault.map(CaseTrouble.unreadable) {
                    prepared.append(.failure(trouble))
                } else {
                    prepared.append(
                        try Self.trouble { () throws(VaultError) in
                            try Prepared(unit, at: at, sealer)
                        })
                }
            }
            return prepared
        }
    }

    /// New cases' keys, durable before anything that they seal. An organisation gets its own with its first case.
    /// Answers why units cannot have them, by the units' places.
    private func makeKeys(_ units: [CommitUnit]) throws(StoreError) -> [Int: CaseTrouble] {
        let owners = units.map(\.newOwners)
        guard owners.contains(where: { !$0.isEmpty }) else { return [:] }
        do {
            try vault.createKeys(for: owners.flatMap(\.self))
            return [:]
        } catch .unavailable(let reason) {
            throw .unavailable(reason)
        } catch {
            // One of them was erased. Which, is found out one by one.
            var troubles: [Int: CaseTrouble] = [:]
            for (owners, index) in zip(owners, 0...) where !owners.isEmpty {
                let made = try Self.trouble { () throws(VaultError) in try vault.createKeys(for: owners) }
                if case .failure(let trouble) = made { troubles[index] = trouble }
            }
            return troubles
        }
    }

    /// What is wrong with one case, apart from what is wrong with the vault as a whole.
    static func trouble<Value>(
        _ body: () throws(VaultError) -> Value
    ) throws(StoreError) -> Result<Value, CaseTrouble> {
        do {
            return .success(try body())
        } catch {
            switch error {
            case .destroyed: return .failure(.erased)
            case .unavailable(let reason): throw .unavailable(reason)
            case .tampered, .unknownKey, .unknownShape, .tooLong: return .failure(.unreadable(error.description))
            }
        }
    }
}

extension CommitUnit {
    fileprivate var newOwners: [KeyOwner] {
        changes.filter { $0.expectedVersion == 0 }.flatMap { change -> [KeyOwner] in
            let organisation = change.state.organisation.value
            return [.organisation(organisation), .case(change.id.value, of: organisation)]
        }
    }
}

extension SQLiteStore.Prepared {
    fileprivate init(_ unit: CommitUnit, at: Int64, _ sealer: Sealer) throws(VaultError) {
        var changes: [Change] = []
        changes.reserveCapacity(unit.changes.count)
        for change in unit.changes { changes.append(try Change(change, sealer)) }
        self.changes = changes
        commands = unit.commands.map { Command($0, at: at) }
        repeatedKey = unit.repeatedKey
    }
}

extension SQLiteStore.Prepared.Change {
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
        var events: [SQLiteStore.Prepared.Event] = []
        events.reserveCapacity(change.events.count)
        for event in change.events {
            let body = try sealer.seal(SealedEvent.pack(event), at: SealedEvent.place(event.numbers.forTeam, owner))
            events.append(
                SQLiteStore.Prepared.Event(
                    number: event.numbers.forTeam, guestNumber: event.numbers.forGuest, edits: event.event.edits,
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

extension SQLiteStore.Prepared.Command {
    fileprivate init(_ command: KeyedCommand, at: Int64) {
        organisation = command.organisation.value
        key = command.key.value.bigEndianBytes
        author = StoredAuthor(command.author)
        fingerprint = Int64(bitPattern: command.key.fingerprint)
        receipt = command.receipt
        self.at = at
    }
}

/// What is sealed of an event: the guest's number, then the event. The number stands in a column, too, where a database
/// can look for it; sealed with the event, nobody can give a private note a number and so show it to the guest.
enum SealedEvent {
    static func pack(_ event: NumberedEvent) -> [UInt8] {
        let packed = event.event.packed
        return [UInt8](unsafeUninitializedCapacity: 8 + packed.count) { buffer, count in
            let number = event.numbers.forGuest ?? 0
            UnsafeMutableRawBufferPointer(buffer).storeBytes(of: number.bigEndian, as: Int64.self)
            _ = UnsafeMutableBufferPointer(rebasing: buffer[8...]).update(fromContentsOf: packed)
            count = 8 + packed.count
        }
    }

    static func place(_ number: Int64, _ owner: KeyOwner) -> SealedPlace {
        SealedPlace(owner, column: SealedColumn.event, row: number)
    }

    static func unpack(_ bytes: [UInt8], _ numbers: Numbers) -> Result<CaseEvent, CaseTrouble> {
        let number = bytes.prefix(8).reduce(Int64(0)) { $0 << 8 | Int64($1) }
        guard bytes.count > 8, number == numbers.forGuest ?? 0 else {
            return .failure(.unreadable("event \(numbers.forTeam) does not stand where it was written"))
        }
        return Result { () throws(ShapeError) in try CaseEvent(packed: Array(bytes[8...])) }
            .mapError { CaseTrouble($0, "event \(numbers.forTeam)") }
    }
}

extension UInt128 {
    var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }

    init?(bigEndianBytes bytes: [UInt8]) {
        guard bytes.count == 16 else { return nil }
        self = bytes.reduce(0) { $0 << 8 | UInt128($1) }
    }
}
