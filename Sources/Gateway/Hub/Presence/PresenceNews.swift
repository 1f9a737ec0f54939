import CaseMachine
import Presence

/// What the presence of this process tells a loop.
enum PresenceNews: Sendable {
    case changed(TopicID, PresenceDiff)
    /// All of a topic, for a loop that looks at it later than another.
    case all(TopicID, [PersonStatus], isComplete: Bool, [Typist])
    /// Everybody who is typing there now.
    case typing(TopicID, [Typist])
}

/// The kinds of topic and of person that the gateway has.
extension TopicID {
    private static let team: UInt8 = 1
    private static let `case`: UInt8 = 2

    init(_ id: TeamID) { self.init(kind: Self.team, value: id.value) }
    init(_ id: CaseID) { self.init(kind: Self.case, value: id.value) }

    var teamID: TeamID? { kind == Self.team ? TeamID(value) : nil }
    var caseID: CaseID? { kind == Self.case ? CaseID(value) : nil }
}

extension PersonID {
    private static let member: UInt8 = 1
    private static let guest: UInt8 = 2

    init(_ id: MemberID) { self.init(kind: Self.member, value: id.value) }
    init(_ id: GuestID) { self.init(kind: Self.guest, value: id.value) }

    var memberID: MemberID? { kind == Self.member ? MemberID(value) : nil }
    var guestID: GuestID? { kind == Self.guest ? GuestID(value) : nil }
}
