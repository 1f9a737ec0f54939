import CaseMachine

/// The people of the tests.
enum Cast {
    static let clinic = OrganisationID(1)
    static let team = TeamID(1)
    static let otherTeam = TeamID(2)
    static let maria = GuestID(1)
    static let customer = ClientID(1)
    static let anna = MemberID(11)
    static let ben = MemberID(12)
    static let sue = MemberID(13)
    static let olga = MemberID(21)

    static let olaf = GuestID(2)

    static let guest = guest(maria)
    static let otherGuest = guest(olaf)
    static let member = colleague(anna)
    static let colleague = colleague(ben)
    static let supervisor = Actor.member(MemberActor(member: sue, organisation: clinic, teams: [team: .supervisor]))
    /// Of the same organisation, but of another team.
    static let otherTeamMember = Actor.member(
        MemberActor(member: olga, organisation: clinic, teams: [otherTeam: .member]))
    /// Reads what clients write and may not write to them.
    static let readingMember = Actor.member(
        MemberActor(member: MemberID(14), organisation: clinic, teams: [team: .member], mayReadClients: true))
    /// Writes to clients and may not read what they write; of no team.
    static let sendingMember = Actor.member(
        MemberActor(member: MemberID(16), organisation: clinic, teams: [:], maySendToClients: true))
    static let administrator = Actor.member(
        MemberActor(member: MemberID(17), organisation: clinic, teams: [:], isAdministrator: true))
    static let client = clientUser(mayRead: true, maySend: true)
    static let readingClient = clientUser(mayRead: true, maySend: false)
    static let sendingClient = clientUser(mayRead: false, maySend: true)

    /// Nobody of these has anything to do with the case, whatever rank they have elsewhere.
    static let strangers: [Actor] = [
        otherGuest,
        clientUser(of: ClientID(2), mayRead: true, maySend: true),
        clientUser(mayRead: false, maySend: false),
        otherTeamMember,
        .member(MemberActor(member: MemberID(22), organisation: clinic, teams: [otherTeam: .supervisor])),
        .member(MemberActor(member: MemberID(15), organisation: clinic, teams: [:])),
        // Numbers of guests, clients, teams and members mean nothing in another organisation.
        .guest(GuestActor(guest: maria, organisation: OrganisationID(2))),
        .client(
            ClientActor(
                user: ClientUserID(1), client: customer, organisation: OrganisationID(2), mayRead: true, maySend: true)),
        .member(
            MemberActor(
                member: anna, organisation: OrganisationID(2), teams: [team: .supervisor], isAdministrator: true,
                mayReadClients: true, maySendToClients: true)),
    ]

    static let everybody: [Actor] =
        [
            guest, member, colleague, supervisor, readingMember, sendingMember, administrator, client, readingClient,
            sendingClient, .system,
        ] + strangers

    private static func colleague(_ id: MemberID) -> Actor {
        .member(
            MemberActor(
                member: id, organisation: clinic, teams: [team: .member], mayReadClients: true, maySendToClients: true))
    }

    private static func guest(_ id: GuestID) -> Actor { .guest(GuestActor(guest: id, organisation: clinic)) }

    private static func clientUser(of client: ClientID = customer, mayRead: Bool, maySend: Bool) -> Actor {
        .client(
            ClientActor(
                user: ClientUserID(1), client: client, organisation: clinic, mayRead: mayRead, maySend: maySend))
    }
}

extension Opening {
    static func support(
        category: CategoryID? = nil, subject: String = "Missing report", missing: [FieldID] = []
    ) -> Self {
        Opening(
            organisation: Cast.clinic, team: Cast.team, party: .support(Cast.maria), category: category,
            subject: subject, missing: missing)
    }

    static let room = Opening(organisation: Cast.clinic, team: Cast.team, party: .room(Cast.maria))
    static let thread = Opening(organisation: Cast.clinic, team: Cast.team, party: .direct(Cast.customer))
}

extension Command {
    static func say(_ text: String = "Hello") -> Self { .send(Message(text: text)) }
    static func note(_ text: String) -> Self { .note(Message(text: text)) }

    /// One of each, in the order of the table.
    static let samples: [Command] = [
        .open(.support()), .submitIdentifiers([FieldValue(field: FieldID(1), value: "4711")]), .say(),
        .edit(sampleTarget, text: "Goodbye"), .delete(sampleTarget), .note("Call the laboratory"), .markSeen(upTo: 1),
        .markDelivered(upTo: 1), .claim, .release, .transfer(.member(Cast.ben)), .addParticipant(MemberID(30)),
        .removeParticipant(Cast.olga), .leave, .snooze(until: Story.start + .hours(1)), .wake, .requestClose,
        .declineClose, .closeChat, .closeWithoutConsent(reason: "Abuse"), .reopen, .startCall(.voice), .answerCall,
        .declineCall, .endCall, .invite(.sms), .shareLink,
        .deliverBlast(BlastID(1), Message(text: "Closed on Monday")), .erase, .assigneeAbsent, .assigneePresent,
        .callPartyGone(.team), .callPartyBack(.guest), .policyChanged, .deadlineReached,
    ]

    private static let sampleTarget = Target(
        numbers: Numbers(forTeam: 1, forGuest: 1), author: Cast.guest.author, isChangeable: true)
}

extension CommandName {
    /// Those of one case: the others are halves of a `PairCommand`.
    static let single = allCases.filter { !halves.contains($0) }
    static let halves = Set(PairCommand.allCases.flatMap { [$0.halves.from, $0.halves.into] })
}
