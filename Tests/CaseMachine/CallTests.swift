import CaseMachine
import Testing

@Suite struct CallTests {
    @Test func `a case does not close by itself while people talk, and no call lasts for ever`() throws {
        var policy = Policy()
        policy.autoClose = .hours(2)
        policy.closingWarning = .hours(1)
        var story = try Story.answered(policy)
        try story.member(.startCall(.voice))
        try story.guest(.answerCall)
        #expect(try story.waits(.hours(4) - .milliseconds(1)).allSatisfy { $0 == .missedResponse(.guest) })
        #expect(try story.waits(.milliseconds(1)) == [.callLost])
        #expect(story.deadline(.closingWarning) == story.now + .hours(1), "the call was an action until its end")
    }

    private static func ringing() throws -> Story {
        var story = try Story.answered()
        try story.member(.startCall(.voice))
        return story
    }

    private static func ongoing() throws -> Story {
        var story = try ringing()
        try story.guest(.answerCall)
        return story
    }

    @Test(arguments: CallKind.allCases)
    func `a call goes out from the team, by voice or by video`(kind: CallKind) throws {
        var story = try Story.answered()
        try story.member(.startCall(kind))
        #expect(story.state?.call == Call(kind: kind, caller: Cast.anna, startedAt: story.now))
        #expect(story.guestFacts.last == .callStarted(kind))
    }

    @Test(arguments: PhaseName.allCases)
    func `never from the guest`(phase: PhaseName) throws {
        let story = try Story.inPhase(phase)
        #expect(story.refusal(of: .startCall(.voice), by: Cast.guest) == .notAllowed)
        #expect(story.refusal(of: .answerCall, by: Cast.member) != nil)
    }

    @Test func `only after the claim, and one at a time`() throws {
        let waiting = try Story.waiting()
        #expect(waiting.refusal(of: .startCall(.voice), by: Cast.member) == .claimFirst)
        let story = try Self.ringing()
        #expect(story.refusal(of: .startCall(.video), by: Cast.member) == .callUnderWay)
    }

    @Test func `a team may do without calls`() throws {
        var policy = Policy()
        policy.allowsCalls = false
        #expect(try Story.answered(policy).refusal(of: .startCall(.voice), by: Cast.member) == .switchedOff)
    }

    @Test func `it rings out at its deadline and leaves a missed call`() throws {
        var story = try Self.ringing()
        #expect(try story.waits(.seconds(45) - .milliseconds(1)).isEmpty)
        #expect(try story.waits(.milliseconds(1)) == [.callRangOut])
        #expect(story.facts.last == .callEnded(.missed))
        #expect(story.refusal(of: .answerCall, by: Cast.guest) == .noCall)
    }

    @Test func `an answered call does not ring out`() throws {
        var story = try Self.ongoing()
        #expect(try story.waits(.hours(1)).isEmpty)
        #expect(story.refusal(of: .answerCall, by: Cast.guest) == .callUnderWay)
        #expect(story.refusal(of: .declineCall, by: Cast.guest) == .callUnderWay)
    }

    @Test func `a declined call is over and was not missed`() throws {
        var story = try Self.ringing()
        try story.guest(.declineCall)
        #expect(story.state?.call == nil)
        #expect(story.state?.guestSide.streakBegan == nil)
    }

    @Test(arguments: [Cast.guest, Cast.member])
    func `either side hangs up`(actor: Actor) throws {
        var story = try Self.ongoing()
        #expect(try story.perform(.endCall, by: actor) == [.callEnded(.hungUp)])
        #expect(story.refusal(of: .endCall, by: actor) == .noCall)
    }

    @Test(arguments: Side.allCases)
    func `a party that is gone for longer than the grace has lost the call`(side: Side) throws {
        var story = try Self.ongoing()
        try story.system(.callPartyGone(side))
        #expect(try story.waits(.seconds(29)).isEmpty)
        #expect(try story.system(.callPartyGone(side)).isEmpty, "the grace counts from the first moment")
        #expect(try story.waits(.seconds(1)) == [.callLost])
        #expect(story.facts.last == .callEnded(.lost))
    }

    @Test(arguments: Side.allCases)
    func `a party that comes back in time goes on`(side: Side) throws {
        var story = try Self.ongoing()
        try story.system(.callPartyGone(side))
        story.passes(.seconds(29))
        try story.system(.callPartyBack(side))
        #expect(try story.waits(.hours(1)).isEmpty)
        #expect(story.state?.call != nil)
    }

    @Test func `each party has a grace of its own`() throws {
        var story = try Self.ongoing()
        try story.system(.callPartyGone(.guest))
        story.passes(.seconds(20))
        try story.system(.callPartyGone(.team))
        try story.system(.callPartyBack(.guest))
        #expect(story.deadline(.callLost) == story.now + .seconds(30))
        #expect(try story.waits(.seconds(30)) == [.callLost])
    }

    @Test func `who is gone while it rings is remembered, and has the whole grace from the answer`() throws {
        var story = try Self.ringing()
        try story.system(.callPartyGone(.team))
        try story.system(.callPartyGone(.guest))
        story.passes(.seconds(40))
        #expect(story.deadline(.callRangOut) == story.now + .seconds(5))
        try story.guest(.answerCall)
        #expect(story.state?.call?.guestGoneSince == nil, "who answers is there")
        #expect(story.deadline(.callLost) == story.now + .seconds(30))
        try story.system(.callPartyBack(.team))
        #expect(try story.waits(.hours(1)).isEmpty)
    }

    @Test(arguments: [
        Command.release, .transfer(.member(Cast.ben)), .transfer(.team(Cast.otherTeam)),
        .snooze(until: Story.start + .hours(1)),
    ])
    func `it ends when the case moves on`(command: Command) throws {
        var story = try Self.ongoing()
        #expect(try story.member(command).first == .callEnded(.caseMovedOn))
        #expect(story.state?.call == nil)
    }

    @Test func `it ends when the case is closed or its assignee is lost`() throws {
        var closed = try Self.ongoing()
        #expect(try closed.guest(.closeChat) == [.callEnded(.caseMovedOn), .closed(.byGuest)])
        var lost = try Self.ongoing()
        try lost.system(.assigneeAbsent)
        try lost.waits(.minutes(3))
        #expect(lost.facts.suffix(2) == [.callEnded(.caseMovedOn), .assigneeLost(Cast.anna)])
    }
}
