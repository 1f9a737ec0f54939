import CaseMachine
import CaseStore
import Gateway

/// The people of a run, and the rules of their teams.
struct Cast {
    struct Person {
        let name: String
        let actor: Actor
        let organisation: OrganisationID
        /// What they have in front of them.
        let teams: [TeamID]

        var lists: [CaseList] {
            switch actor {
            case .guest(let guest): [.ofGuest(guest.guest, open: true)]
            case .client(let user): [.ofClient(user.client)]
            case .member, .system: teams.map { .open($0) }
            }
        }
    }

    static let epoch = Timestamp(milliseconds: 1_767_225_600_000)
    static let clinic = OrganisationID(1)
    static let practice = OrganisationID(2)
    static let reception = TeamID(1)
    static let laboratory = TeamID(2)
    static let surgery = TeamID(3)
    static let customer = ClientID(1)
    static let teams = [reception, laboratory, surgery]

    let people: [Person]
    let lists: [CaseList]
    let policies: [TeamID: Policy]

    init(_ dice: inout Dice) {
        people = [
            Self.guest("Maria", 1), Self.guest("Peter", 2), Self.guest("Ida", 3, Self.practice),
            Self.member("Anna", 11, [Self.reception: .member, Self.laboratory: .member]),
            Self.member("Ben", 12, [Self.reception: .member]),
            Self.member("Sue", 13, [Self.reception: .supervisor, Self.laboratory: .supervisor]),
            Self.member("Olga", 14, [Self.laboratory: .member]),
            Self.member("Paul", 21, [Self.surgery: .supervisor], Self.practice),
            Self.client("Carl", 31),
        ]
        lists =
            Self.teams.map { .open($0) } + people.compactMap { $0.actor.guest.map { .ofGuest($0, open: true) } }
            + [.ofClient(Self.customer)]
        var policies: [TeamID: Policy] = [:]
        for team in Self.teams { policies[team] = Self.policy(revision: 1, &dice) }
        self.policies = policies
    }

    /// Short times, so that a run of minutes meets them, and long ones that only a jump of the clock meets.
    static func policy(revision: Int, _ dice: inout Dice) -> Policy {
        var policy = Policy()
        policy.revision = revision
        policy.autoClose = .hours(Int64(dice.number(2...30)))
        policy.closingWarning = .minutes(Int64(dice.number(10...90)))
        policy.intakeTimeout = .minutes(Int64(dice.number(5...120)))
        policy.firstResponseAlert = dice.seconds(30...90)
        policy.supervisorAlert = dice.seconds(100...600)
        policy.repeatedAlert = .minutes(Int64(dice.number(10...60)))
        policy.missedResponse = dice.seconds(10...120)
        policy.noticesGuest = !dice.perMille(150)
        policy.noticesTeam = !dice.perMille(150)
        policy.ring = dice.seconds(10...30)
        policy.callGrace = dice.seconds(5...20)
        policy.longestCall = .minutes(Int64(dice.number(10...60)))
        policy.reopeningWindow = .hours(Int64(dice.number(0...20)))
        policy.assigneeGrace = dice.seconds(10...40)
        policy.longestSnooze = .hours(Int64(dice.number(1...50)))
        policy.retention = .days(Int64(dice.number(1...12)))
        policy.allowsCalls = !dice.perMille(60)
        policy.allowsClientChat = !dice.perMille(60)
        policy.welcomes = dice.perMille(500) ? [Welcome(text: "Welcome, about {wait} minutes")] : []
        return policy
    }

    /// The house itself, in somebody's name.
    static func house(_ organisation: OrganisationID) -> Person {
        Person(name: "the house", actor: .system, organisation: organisation, teams: [])
    }

    private static func guest(_ name: String, _ number: Int64, _ organisation: OrganisationID = clinic) -> Person {
        Person(
            name: name, actor: .guest(GuestActor(guest: GuestID(number), organisation: organisation)),
            organisation: organisation, teams: [])
    }

    private static func member(
        _ name: String, _ number: Int64, _ teams: [TeamID: MemberActor.Rank], _ organisation: OrganisationID = clinic
    ) -> Person {
        let actor = MemberActor(
            member: MemberID(number), organisation: organisation, teams: teams,
            isAdministrator: teams.values.contains(.supervisor), mayReadClients: true, maySendToClients: true)
        return Person(name: name, actor: .member(actor), organisation: organisation, teams: teams.keys.sorted())
    }

    private static func client(_ name: String, _ number: Int64) -> Person {
        let actor = ClientActor(
            user: ClientUserID(number), client: customer, organisation: clinic, mayRead: true, maySend: true)
        return Person(name: name, actor: .client(actor), organisation: clinic, teams: [])
    }
}

extension Actor {
    /// Whose numbers they read by: everybody here belongs to one of the sides.
    var readingSide: Side { author.side ?? .team }

    var guest: GuestID? {
        if case .guest(let guest) = author { guest } else { nil }
    }

    var member: MemberID? {
        if case .member(let member) = author { member } else { nil }
    }
}
