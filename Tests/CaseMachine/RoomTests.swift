import CaseMachine
import Testing

@Suite struct RoomTests {
    private static let other = CaseID(2)

    @Test func `a merger can be undone when the other room has been closed meanwhile`() throws {
        var story = try Story.room()
        try story.member(.absorb(Self.other))
        try story.guest(.closeChat)
        #expect(try story.member(.undoAbsorb(Self.other)) == [.absorptionUndone(Self.other)])
        #expect(story.phaseName == .closed)
    }

    @Test func `a room in the queue in which nobody ever spoke alerts nobody, and ends as inactive`() throws {
        var story = try Story.room()
        try story.member(.release)
        #expect(try story.waits(.days(7)) == [.closingWarning, .autoClose])
        #expect(story.facts.last == .closed(.inactive))
    }

    @Test func `who invites has the case from the start`() throws {
        let story = try Story.room()
        #expect(story.phase == .active(Assignment(member: Cast.anna)))
    }

    @Test(arguments: InvitationChannel.allCases)
    func `get link stays disabled until an invitation was sent`(channel: InvitationChannel) throws {
        var story = try Story.room()
        #expect(story.refusal(of: .shareLink, by: Cast.member) == .inviteFirst)
        try story.member(.invite(channel))
        #expect(try story.member(.shareLink) == [.linkShared])
        #expect(story.guestFacts == [.opened(.room)], "how somebody was invited is the team's business")
    }

    @Test func `a support case is no room`() throws {
        let story = try Story.active()
        for command in [Command.invite(.sms), .shareLink, .merge(into: Self.other), .absorb(Self.other)] {
            #expect(story.refusal(of: command, by: Cast.member) == .notAllowed)
        }
    }

    @Test func `a merged room says where it went on, and takes nothing more`() throws {
        var story = try Story.room()
        try story.member(.startCall(.voice))
        #expect(try story.member(.merge(into: Self.other)) == [.callEnded(.missed), .merged(into: Self.other)])
        #expect(story.phaseName == .merged)
        let before = story.state
        #expect(story.refusal(of: .say(), by: Cast.guest) == .movedTo(Self.other))
        #expect(story.refusal(of: .say(), by: Cast.member) == .movedTo(Self.other))
        #expect(story.refusal(of: .claim, by: Cast.colleague) == .movedTo(Self.other))
        #expect(story.refusal(of: .merge(into: CaseID(3)), by: Cast.member) == .movedTo(Self.other))
        #expect(story.state == before)
        try story.guest(.markSeen(upTo: 1))
    }

    @Test func `a merge can be undone, and nothing was renumbered`() throws {
        var story = try Story.room()
        try story.member(.say())
        let head = story.state?.teamHead
        try story.member(.merge(into: Self.other))
        story.passes(.days(30))
        try story.member(.undoMerge)
        #expect(story.phase == .waiting)
        #expect(story.state?.teamHead == head.map { $0 + 2 })
        #expect(story.deadline(.closingWarning) == story.now + .days(6))
        #expect(story.refusal(of: .undoMerge, by: Cast.member) == .notNow(.waiting))
    }

    @Test func `the other room absorbs it once, and gives it back`() throws {
        var story = try Story.room()
        try story.member(.absorb(Self.other))
        #expect(story.state?.absorbed == [Self.other])
        #expect(story.refusal(of: .absorb(Self.other), by: Cast.member) == .alreadyThere)
        #expect(story.refusal(of: .undoAbsorb(CaseID(3)), by: Cast.member) == .notThere)
        try story.system(.undoAbsorb(Self.other))
        #expect(story.state?.absorbed == [])
    }

    @Test func `a room absorbs only so many`() throws {
        var story = try Story.room()
        for number in 0..<Int64(Limits.absorbedCases) { try story.member(.absorb(CaseID(100 + number))) }
        #expect(story.refusal(of: .absorb(Self.other), by: Cast.member) == .tooMany(limit: Limits.absorbedCases))
    }

    @Test func `a room ends like a support case`() throws {
        var story = try Story.room()
        try story.member(.requestClose)
        try story.guest(.closeChat)
        #expect(story.facts.last == .closed(.agreed))
        try story.guest(.say())
        #expect(story.phase == .waiting)
    }
}

@Suite struct ThreadTests {
    private static let notice = Command.deliverBlast(BlastID(1), Message(text: "Closed on Monday"))

    @Test func `clinic and client write to each other, without any claim`() throws {
        var story = try Story.thread()
        try story.client(.say("Do you have the results?"))
        try story.member(.say("Tomorrow."))
        try story.colleague(.say("Or the day after."))
        #expect(story.phase == .thread)
        #expect(story.state?.guestHead == 4)
    }

    @Test func `a thread is never closed, claimed or handed on`() throws {
        var story = try Story.thread()
        for command in [Command.claim, .closeWithoutConsent(reason: "Abuse"), .transfer(.team(Cast.otherTeam))] {
            #expect(story.refusal(of: command, by: Cast.supervisor) != nil)
        }
        #expect(story.refusal(of: .closeChat, by: Cast.client) == .notAllowed)
        #expect(try story.waits(.days(3000)).isEmpty)
    }

    @Test func `a blast reaches the client and wants to be seen`() throws {
        var story = try Story.thread()
        try story.system(Self.notice)
        #expect(story.guestFacts.last == .blastDelivered(BlastID(1), Message(text: "Closed on Monday")))
        #expect(try story.waits(.minutes(4)) == [.missedResponse(.guest)])
        try story.member(Self.notice)
        #expect(story.refusal(of: Self.notice, by: Cast.client) == .notAllowed)
        #expect(story.refusal(of: Self.notice, by: Cast.readingMember) == .notAllowed)
        #expect(story.refusal(of: .deliverBlast(BlastID(2), Message(text: " ")), by: Cast.member) == .empty)
    }

    @Test func `a blast goes into threads alone`() throws {
        for phase in PhaseName.allCases where phase != .thread {
            #expect(try Story.inPhase(phase).refusal(of: Self.notice, by: .system) != nil)
        }
    }

    @Test func `a client user reads and sends by two permissions`() throws {
        let story = try Story.thread()
        #expect(story.refusal(of: .say(), by: Cast.readingClient) == .notAllowed)
        #expect(story.refusal(of: .markSeen(upTo: 1), by: Cast.readingClient) == nil)
        #expect(story.refusal(of: .say(), by: Cast.sendingClient) == nil)
        #expect(story.refusal(of: .markSeen(upTo: 1), by: Cast.sendingClient) == .notAllowed)
    }

    @Test func `so does a member`() throws {
        var story = try Story.thread()
        #expect(story.refusal(of: .say(), by: Cast.readingMember) == .notAllowed)
        #expect(story.refusal(of: .markSeen(upTo: 1), by: Cast.readingMember) == nil)
        try story.perform(.note("They called, too."), by: Cast.readingMember)
        try story.perform(.edit(try story.lastMessage(), text: "They called twice."), by: Cast.readingMember)
    }

    @Test func `who may not write to clients any more does not rewrite what they wrote`() throws {
        var story = try Story.thread()
        try story.member(.say("Tomorrow."))
        let edit = Command.edit(try story.lastMessage(), text: "Never.")
        let demoted = Actor.member(
            MemberActor(
                member: Cast.anna, organisation: Cast.clinic, teams: [Cast.team: .member], maySendToClients: false))
        #expect(story.refusal(of: edit, by: demoted) == .notAllowed)
        try story.member(edit)
    }

    @Test func `chat with clients can be switched off; what is there can be read and deleted`() throws {
        var story = try Story.thread()
        try story.client(.say())
        story.policy.allowsClientChat = false
        let target = try story.lastMessage()
        #expect(story.refusal(of: .say(), by: Cast.client) == .switchedOff)
        #expect(story.refusal(of: .say(), by: Cast.member) == .switchedOff)
        #expect(story.refusal(of: .edit(target, text: "Hello?"), by: Cast.client) == .switchedOff)
        #expect(story.refusal(of: Self.notice, by: Cast.member) == .switchedOff)
        #expect(Story(policy: story.policy).refusal(of: .open(.thread), by: Cast.client) == .switchedOff)
        try story.teamSeesAll()
        try story.member(.note("Switched off for the holidays"))
        try story.client(.delete(target))
    }
}
