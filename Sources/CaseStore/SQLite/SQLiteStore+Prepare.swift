import CaseMachine

/// Which sealed column a value stands in, authenticated with it. Stored: never renumber.
enum SealedColumn {
    /// `caseRow.state`; its row is the version.
    static let state: UInt16 = 1
    /// `caseEvent.body`; its row is the team's number.
    static let event: UInt16 = 2
    /// The directory's; their rows are the rows' numbers.
    static let organisation: UInt16 = 3
    static let team: UInt16 = 4
    static let category: UInt16 = 5
    static let field: UInt16 = 6
    static let member: UInt16 = 7
    static let password: UInt16 = 8
    static let guest: UInt16 = 9
    static let challenge: UInt16 = 10
}

extension SQLiteStore {
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
        guard units.contains(where: { unit in unit.changes.contains { $0.expectedVersion == 0 } }) else { return [:] }
        let owners = units.map(\.newOwners)
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
