/// An internal number of something that has a row of its own. What the outside sees are other, opaque identifiers.
///
/// `Subject` only keeps a member's number from being taken for a guest's.
package struct ID<Subject>: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let value: Int64

    package init(_ value: Int64) { self.value = value }

    package static func < (left: Self, right: Self) -> Bool { left.value < right.value }
    package var description: String { "\(value)" }
}

package enum Subjects {
    package enum Organisation {}
    package enum Team {}
    package enum Member {}
    package enum Guest {}
    package enum Client {}
    package enum ClientUser {}
    package enum Case {}
    package enum Category {}
    package enum Field {}
    package enum File {}
    package enum Blast {}
}

package typealias OrganisationID = ID<Subjects.Organisation>
package typealias TeamID = ID<Subjects.Team>
package typealias MemberID = ID<Subjects.Member>
package typealias GuestID = ID<Subjects.Guest>
/// An outside organisation ("volume client").
package typealias ClientID = ID<Subjects.Client>
package typealias ClientUserID = ID<Subjects.ClientUser>
package typealias CaseID = ID<Subjects.Case>
package typealias CategoryID = ID<Subjects.Category>
/// An identifier that a team asks its guests for, such as a provider number.
package typealias FieldID = ID<Subjects.Field>
package typealias FileID = ID<Subjects.File>
package typealias BlastID = ID<Subjects.Blast>
