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
    static let memberLink: UInt16 = 11
    static let file: UInt16 = 20
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
