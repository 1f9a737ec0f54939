import CaseMachine
import Testing

@Suite struct OrganisationTests {
    private static let elsewhere = Addressee(organisation: OrganisationID(2), isPresent: true)

    @Test(arguments: [
        Command.transfer(.member(Cast.ben)), .transfer(.team(Cast.otherTeam)), .addParticipant(Cast.ben),
    ])
    func `nobody of another organisation, and nobody unknown, is given a case or a part in it`(
        command: Command
    ) throws {
        var story = try Story.answered()
        story.addressee = Self.elsewhere
        #expect(story.refusal(of: command, by: Cast.member) == .noSuchColleague)
        story.addressee = nil
        #expect(story.refusal(of: command, by: Cast.member) == .noSuchColleague)
    }

    @Test func `who is handed a case while they are away gives it back after the grace`() throws {
        var story = try Story.answered()
        story.addressee = Addressee(organisation: Cast.clinic, isPresent: false)
        try story.member(.transfer(.member(Cast.ben)))
        #expect(story.phase == .active(Assignment(member: Cast.ben, absentSince: story.now)))
        var back = story
        try back.system(.assigneePresent)
        #expect(back.deadline(.assigneeLost) == nil)
        #expect(try story.waits(.minutes(3)) == [.assigneeLost])
        #expect(story.phase == .waiting)
    }

    @Test func `the numbers of guests, clients and members mean nothing in another organisation`() throws {
        for phase in PhaseName.allCases where phase != .none {
            let state = try #require(try Story.inPhase(phase).state)
            for stranger in Cast.strangers { #expect(stranger.relations(to: state).isEmpty) }
        }
    }

    @Test func `a guest or a client opens a case in their own organisation alone`() {
        let support = Opening(organisation: OrganisationID(2), team: Cast.team, party: .support(Cast.maria))
        let thread = Opening(organisation: OrganisationID(2), team: Cast.team, party: .direct(Cast.customer))
        #expect(Story().refusal(of: .open(support), by: Cast.guest) == .notAllowed)
        #expect(Story().refusal(of: .open(thread), by: Cast.client) == .notAllowed)
        #expect(Story().refusal(of: .open(thread), by: Cast.member) == .notAllowed)
    }
}

@Suite struct `When the assignee is lost` {
    private static func lost() throws -> Story {
        var story = try Story.answered()
        try story.member(.addParticipant(Cast.olga))
        try story.system(.assigneeAbsent)
        try story.waits(.minutes(3))
        return story
    }

    @Test func `a participant, also one of another team, goes on with the guest and may claim`() throws {
        var story = try Self.lost()
        #expect(story.phase == .waiting)
        #expect(story.state?.participants == [Cast.olga])
        try story.otherTeamMember(.say("Just a moment."))
        try story.otherTeamMember(.claim)
        #expect(story.state?.assignee == Cast.olga)
        #expect(story.state?.participants == [])
    }

    @Test func `the participants may leave, or be removed, or stay with whoever claims`() throws {
        var left = try Self.lost()
        try left.otherTeamMember(.leave)
        #expect(left.refusal(of: .claim, by: Cast.otherTeamMember) == .notAllowed)
        var removed = try Self.lost()
        try removed.supervisor(.removeParticipant(Cast.olga))
        #expect(removed.state?.participants == [])
        var claimed = try Self.lost()
        try claimed.colleague(.claim)
        #expect(claimed.state?.participants == [Cast.olga])
    }

    @Test func `a participant does not claim what somebody has`() throws {
        var story = try Story.answered()
        try story.member(.addParticipant(Cast.olga))
        #expect(story.refusal(of: .claim, by: Cast.otherTeamMember) == .alreadyClaimed(by: Cast.anna))
    }
}
