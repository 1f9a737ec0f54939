/// Whose content a key seals: what is erased together has one key.
package struct KeyOwner: Hashable, Sendable {
    package enum Scope: Hashable, Sendable {
        /// What outlives each case and guest: settings, members' contacts. Wraps the other keys, too.
        case organisation
        case `case`(Int64)
        case guest(Int64)
    }

    package let organisation: Int64
    package let scope: Scope

    package init(organisation: Int64, scope: Scope) {
        self.organisation = organisation
        self.scope = scope
    }

    package static func organisation(_ organisation: Int64) -> Self {
        Self(organisation: organisation, scope: .organisation)
    }

    package static func `case`(_ number: Int64, of organisation: Int64) -> Self {
        Self(organisation: organisation, scope: .case(number))
    }

    package static func guest(_ number: Int64, of organisation: Int64) -> Self {
        Self(organisation: organisation, scope: .guest(number))
    }

    /// Written to disk and into associated data: never renumber.
    var scopeCode: UInt8 {
        switch scope {
        case .organisation: 0
        case .case: 1
        case .guest: 2
        }
    }

    var subject: Int64 {
        switch scope {
        case .organisation: 0
        case .case(let number), .guest(let number): number
        }
    }
}

/// Where a sealed value stands. It opens there and nowhere else, which keeps a person with access to the database from
/// passing off one row's content as another's.
package struct SealedPlace: Hashable, Sendable {
    package let owner: KeyOwner
    /// Which table and column; the store numbers them and never renumbers.
    package let column: UInt16
    /// Which row of it, such as the event's number within its case.
    package let row: Int64

    package init(_ owner: KeyOwner, column: UInt16, row: Int64) {
        self.owner = owner
        self.column = column
        self.row = row
    }
}
