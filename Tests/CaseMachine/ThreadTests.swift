import CaseMachine
import Testing

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

    @Test func `a blast reaches the client, and makes no notice by itself`() throws {
        var story = try Story.thread()
        try story.system(Self.notice)
        #expect(story.guestFacts.last == .blastDelivered(BlastID(1), Message(text: "Closed on Monday")))
        #expect(try story.waits(.hours(1)).isEmpty)
        #expect(story.state?.guestSide.seenUpTo != story.state?.guestHead, "it is unread all the same")
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

    @Test func `so does the clinic's side, whatever team they work for, and both are off by default`() throws {
        var story = try Story.thread()
        #expect(story.refusal(of: .say(), by: Cast.readingMember) == .notAllowed)
        #expect(story.refusal(of: .markSeen(upTo: 1), by: Cast.readingMember) == nil)
        #expect(story.refusal(of: .say(), by: Cast.sendingMember) == nil)
        #expect(story.refusal(of: .markSeen(upTo: 1), by: Cast.sendingMember) == .notAllowed)
        #expect(story.refusal(of: .note("They called."), by: Cast.sendingMember) == .notAllowed)
        for command in [Command.say(), .markSeen(upTo: 1), .note("They called.")] {
            #expect(story.refusal(of: command, by: Cast.supervisor) == .notAllowed)
        }
        try story.perform(.note("They called, too."), by: Cast.readingMember)
        try story.perform(.edit(try story.lastMessage(), text: "They called twice."), by: Cast.readingMember)
    }

    @Test func `who may not write to clients any more does not rewrite what they wrote`() throws {
        var story = try Story.thread()
        try story.member(.say("Tomorrow."))
        let edit = Command.edit(try story.lastMessage(), text: "Never.")
        let demoted = Actor.member(
            MemberActor(
                member: Cast.anna, organisation: Cast.clinic, teams: [Cast.team: .member], mayReadClients: true))
        #expect(story.refusal(of: edit, by: demoted) == .notAllowed)
        try story.member(edit)
    }

    @Test func `a thread is kept for ever, unless its organisation says how long after the last word`() throws {
        var story = try Story.thread()
        #expect(story.deadlines.isEmpty)
        story.policy.threadRetention = .days(100)
        try story.waits(.days(99))
        try story.client(.say("Still there?"))
        try story.teamSeesAll()
        try story.waits(.days(100) - .milliseconds(1))
        #expect(story.phaseName == .thread)
        #expect(try story.waits(.milliseconds(1)) == [.retention])
        #expect(story.phaseName == .erased)
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
