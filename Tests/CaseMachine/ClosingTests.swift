import CaseMachine
import Testing

@Suite struct ClosingTests {
    @Test func `the handling member requests closure and the guest agrees`() throws {
        var story = try Story.closing()
        #expect(story.phase == .closing(Assignment(member: Cast.anna), request: 4))
        try story.guest(.closeChat)
        #expect(story.facts.last == .closed(.agreed))
        #expect(story.events.last?.author == Cast.guest.author)
    }

    @Test func `the guest keeps it open, and the member goes on`() throws {
        var story = try Story.closing()
        try story.guest(.declineClose)
        #expect(story.phase == .active(Assignment(member: Cast.anna)))
        #expect(story.refusal(of: .declineClose, by: Cast.guest) == .notNow(.active))
        try story.member(.requestClose)
        #expect(story.refusal(of: .requestClose, by: Cast.member) == .notNow(.closing))
    }

    @Test(arguments: [PhaseName.intake, .waiting, .active, .snoozed])
    func `the guest may close at any time`(phase: PhaseName) throws {
        var story = try Story.inPhase(phase)
        try story.guest(.closeChat)
        #expect(story.facts.last == .closed(.byGuest))
    }

    @Test func `a request asks for the guest's answer, and nobody else gives it`() throws {
        let story = try Story.closing()
        #expect(story.refusal(of: .closeChat, by: Cast.member) == .notAllowed)
        #expect(story.refusal(of: .declineClose, by: Cast.member) == .notAllowed)
        #expect(story.refusal(of: .closeWithoutConsent(reason: "Done"), by: Cast.member) == .notAllowed)
    }

    @Test(arguments: [PhaseName.intake, .waiting, .active, .snoozed, .closing])
    func `only a supervisor closes without consent, with a reason`(phase: PhaseName) throws {
        var story = try Story.inPhase(phase)
        #expect(story.refusal(of: .closeWithoutConsent(reason: "Abuse"), by: Cast.member) == .notAllowed)
        #expect(story.refusal(of: .closeWithoutConsent(reason: " \n"), by: Cast.supervisor) == .reasonMissing)
        let long = String(repeating: "x", count: Limits.lineBytes + 1)
        let refusal = story.refusal(of: .closeWithoutConsent(reason: long), by: Cast.supervisor)
        #expect(refusal == .tooLong(limitBytes: Limits.lineBytes))
        try story.supervisor(.closeWithoutConsent(reason: "Abuse"))
        #expect(story.facts.last == .closed(.bySupervisor("Abuse")))
        #expect(story.events.last?.author == .member(Cast.sue))
        let seen = story.events.last?.asSeen(by: .guest)
        #expect(seen == CaseEvent(at: story.now, author: .system, fact: .closed(.bySupervisor(nil))))
    }

    @Test func `a closing case that returns to the queue has lost its request`() throws {
        var story = try Story.closing()
        try story.member(.release)
        #expect(story.refusal(of: .declineClose, by: Cast.guest) == .notNow(.waiting))
    }

    @Test func `nobody of the team writes into a closed case`() throws {
        let story = try Story.closed()
        for actor in [Cast.member, Cast.colleague, Cast.supervisor] {
            #expect(story.refusal(of: .say(), by: actor) == .closed)
            #expect(story.refusal(of: .note("Too late"), by: actor) == .closed)
            #expect(story.refusal(of: .claim, by: actor) == .closed)
        }
    }
}

@Suite struct ReopeningTests {
    @Test func `a message into a closed case reopens it to the team's queue, before the message`() throws {
        var story = try Story.closed()
        story.passes(.days(14))
        #expect(try story.guest(.say("It hurts again")) == [.reopened, .messageSent(Message(text: "It hurts again"))])
        #expect(story.phase == .waiting)
        #expect(story.deadline(.firstResponseAlert(level: 1)) == story.now + .minutes(5))
    }

    @Test func `a message into a case closed for too long offers a new one`() throws {
        var story = try Story.closed()
        story.passes(.days(14) + .milliseconds(1))
        let before = story.state
        #expect(story.refusal(of: .say(), by: Cast.guest) == .startANewCase)
        #expect(story.refusal(of: .reopen, by: Cast.guest) == .startANewCase)
        #expect(story.refusal(of: .reopen, by: Cast.member) == .startANewCase)
        #expect(story.state == before)
    }

    @Test func `a message that could not be sent reopens nothing`() throws {
        let story = try Story.closed()
        #expect(story.refusal(of: .say("  "), by: Cast.guest) == .empty)
    }

    @Test(arguments: [Cast.guest, Cast.member, Cast.colleague, Cast.supervisor])
    func `the guest and the team may reopen without writing`(actor: Actor) throws {
        var story = try Story.closed()
        try story.perform(.reopen, by: actor)
        #expect(story.phase == .waiting)
    }

    @Test func `a reopened case is never stuck with an absent member`() throws {
        var story = try Story.answered()
        try story.system(.assigneeAbsent)
        try story.guest(.closeChat)
        try story.guest(.say("One more thing"))
        #expect(story.phase == .waiting)
        #expect(story.state?.assignee == nil)
        try story.colleague(.claim)
        #expect(story.deadline(.assigneeLost) == nil)
    }

    @Test func `a reopened case has its whole time again`() throws {
        var story = try Story.answered()
        try story.waits(.days(6))
        #expect(story.state?.warnedAt != nil)
        try story.guest(.closeChat)
        try story.waits(.days(2))
        try story.guest(.reopen)
        #expect(story.deadline(.closingWarning) == story.now + .days(6))
        #expect(story.deadline(.autoClose) == nil)
    }

    @Test func `a policy without a window never reopens later than at once`() throws {
        var policy = Policy()
        policy.reopeningWindow = .zero
        var story = try Story.closed(policy)
        story.passes(.milliseconds(1))
        #expect(story.refusal(of: .say(), by: Cast.guest) == .startANewCase)
    }
}
