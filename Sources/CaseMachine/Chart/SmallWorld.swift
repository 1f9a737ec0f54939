/// The few people and things that a small case is made of.
package enum SmallWorld {
    package static let beginning = Timestamp(milliseconds: 1_000_000_000_000)
    package static let organisation = OrganisationID(1)
    package static let team = TeamID(1)
    package static let otherTeam = TeamID(2)
    package static let guest = GuestID(1)
    package static let otherGuest = GuestID(2)
    package static let client = ClientID(1)
    package static let member = MemberID(1)
    package static let supervisor = MemberID(2)
    package static let field = FieldID(1)

    package static let support = Opening(organisation: organisation, team: team, party: .support(guest))
    package static let intake = Opening(
        organisation: organisation, team: team, party: .support(guest), missing: [field])
    package static let room = Opening(organisation: organisation, team: team, party: .room(guest))
    package static let otherRoom = Opening(organisation: organisation, team: team, party: .room(otherGuest))
    package static let thread = Opening(organisation: organisation, team: team, party: .direct(client))

    /// With few repeated alerts, so that a case nobody answers gets to its end within a few jumps of the clock.
    package static let policy = {
        var policy = Policy()
        policy.repeatedAlert = .days(7)
        policy.threadRetention = .days(365)
        policy.noticesTeam = false
        return policy
    }()

    /// What the team changes its mind to.
    package static let laterPolicy = {
        var later = policy
        later.revision += 1
        later.noticesTeam = true
        later.autoClose = .days(3)
        return later
    }()

    static func policy(for command: Command, on state: CaseState?) -> Policy {
        let isLater = command == .policyChanged || state?.adopted.revision == laterPolicy.revision
        return isLater ? laterPolicy : policy
    }

    /// Whoever a case is handed to is not there at first.
    static func circumstances(at now: Timestamp) -> Circumstances {
        Circumstances(now: now, addressee: Addressee(organisation: organisation, isPresent: false))
    }

    package static let guestActor = Actor.guest(GuestActor(guest: guest, organisation: organisation))
    package static let otherGuestActor = Actor.guest(GuestActor(guest: otherGuest, organisation: organisation))
    package static let memberActor = Actor.member(
        MemberActor(
            member: member, organisation: organisation, teams: [team: .member], mayReadClients: true,
            maySendToClients: true))
    package static let supervisorActor = Actor.member(
        MemberActor(
            member: supervisor, organisation: organisation, teams: [team: .supervisor], isAdministrator: true,
            mayReadClients: true))

    package static let actors: [Actor] = [
        guestActor,
        .client(
            ClientActor(
                user: ClientUserID(1), client: client, organisation: organisation, mayRead: true, maySend: true)),
        memberActor, supervisorActor, .system,
    ]

    /// Another guest, and somebody who is all that one can be, in another organisation.
    package static let strangers: [Actor] = [
        otherGuestActor,
        .member(
            MemberActor(
                member: member, organisation: OrganisationID(2), teams: [team: .supervisor], isAdministrator: true,
                mayReadClients: true, maySendToClients: true)),
    ]

    /// Every command, with the arguments that make a difference.
    package static func commands(on state: CaseState, at now: Timestamp) -> [Command] {
        let newest = Command.Target(
            numbers: Numbers(forTeam: state.teamHead, forGuest: state.guestHead), author: .guest(guest),
            isChangeable: true)
        let note = Command.Target(
            numbers: Numbers(forTeam: state.teamHead, forGuest: nil), author: .member(member), isChangeable: true)
        return [
            .open(support), .submitIdentifiers([FieldValue(field: field, value: "1")]),
            .send(Message(text: "Hello")), .edit(newest, text: "Hello again"), .delete(newest),
            .note(Message(text: "Between us")), .edit(note, text: "Between the two of us"), .delete(note),
            .markSeen(upTo: state.guestHead), .markSeen(upTo: state.guestHead - 1), .markSeen(upTo: state.teamHead),
            .markDelivered(upTo: state.guestHead),
            .claim, .release, .transfer(.member(supervisor)), .transfer(.team(otherTeam)),
            .addParticipant(supervisor), .removeParticipant(supervisor), .leave,
            .snooze(until: now + .hours(1)), .wake,
            .requestClose, .declineClose, .closeChat, .closeWithoutConsent(reason: "Abuse"), .reopen,
            .startCall(.video), .answerCall, .declineCall, .endCall,
            .invite(.sms), .shareLink, .deliverBlast(BlastID(1), Message(text: "We are closed on Monday")), .erase,
            .assigneeAbsent, .assigneePresent, .callPartyGone(.guest), .callPartyGone(.team), .callPartyBack(.guest),
            .policyChanged, .deadlineReached,
        ]
    }

    /// For two rooms at once: what makes a difference to a merger and to its undoing.
    static func commandsInPairs(on state: CaseState, at now: Timestamp) -> [(Command, Actor)] {
        [
            (.send(Message(text: "Hello")), guestActor), (.send(Message(text: "Hello")), otherGuestActor),
            (.send(Message(text: "Hello")), memberActor), (.markSeen(upTo: state.guestHead), guestActor),
            (.markSeen(upTo: state.teamHead), memberActor), (.release, memberActor), (.invite(.sms), memberActor),
            (.snooze(until: now + .hours(1)), memberActor), (.requestClose, memberActor), (.closeChat, guestActor),
            (.startCall(.voice), memberActor), (.assigneeAbsent, .system), (.erase, .system),
        ]
    }
}
