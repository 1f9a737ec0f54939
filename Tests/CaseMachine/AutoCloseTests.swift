import CaseMachine
import Testing

@Suite struct AutoCloseTests {
    // covers: B2
    @Test func `seven days after the last action the case ends, warned a day before`() throws {
        var story = try Story.answered()
        let last = story.now
        try story.waits(.days(6) - .milliseconds(1))
        #expect(story.state?.warnedAt == nil)
        #expect(try story.waits(.milliseconds(1)) == [.closingWarning])
        #expect(story.guestFacts.last == .closingWarned)
        #expect(try story.waits(.hours(24) - .milliseconds(1)).isEmpty)
        #expect(try story.waits(.milliseconds(1)) == [.autoClose])
        #expect(story.state?.closedAt == last + .days(7))
        #expect(
            story.facts.suffix(2) == [
                .automaticMessageSent(.closedByItself(unanswered: false)), .closed(.inactive),
            ])
    }

    @Test(arguments: [
        ("a message of the guest", Cast.guest, [Command.say()]),
        ("a message of the member", Cast.member, [.say()]),
        ("a file", Cast.guest, [.send(Message(text: "", files: [report]))]),
        ("a release, and a claim", Cast.member, [.release, .claim]),
        ("a transfer", Cast.member, [.transfer(.member(Cast.ben))]),
        ("a close request", Cast.member, [.requestClose]),
        ("a call", Cast.member, [.startCall(.voice), .endCall]),
    ])
    func `an action starts the seven days anew`(name: String, actor: Actor, commands: [Command]) throws {
        var story = try Story.answered()
        try story.teamSeesAll()
        try story.waits(.days(6))
        #expect(story.state?.warnedAt != nil)
        for command in commands { try story.perform(command, by: actor) }
        #expect(story.state?.warnedAt == nil)
        #expect(story.deadline(.closingWarning) == story.now + .days(6))
        #expect(story.deadline(.autoClose) == nil)
    }

    private static let report = SharedFile(
        file: FileID(1), title: "Report.pdf", byteCount: 100, mediaType: "application/pdf")

    @Test func `the answer to a close request is an action, too`() throws {
        var story = try Story.closing()
        try story.waits(.days(6))
        try story.guest(.declineClose)
        #expect(story.deadline(.closingWarning) == story.now + .days(6))
    }

    @Test(arguments: [Command.answerCall, .declineCall])
    func `what the guest does with a call is an action`(command: Command) throws {
        var story = try Story.answered()
        try story.member(.startCall(.video))
        story.passes(.seconds(40))
        try story.guest(command)
        #expect(story.state?.idleSince == story.now)
    }

    @Test func `seeing, notes, corrections and what the clock does are no actions`() throws {
        var story = try Story.active()
        try story.member(.say("How can we help?"))
        let last = story.now
        try story.waits(.days(6))
        let warned = story.state?.warnedAt
        try story.guestSeesAll()
        try story.guest(.markDelivered(upTo: 1))
        try story.member(.edit(try story.lastMessage(), text: "How may we help?"))
        try story.member(.delete(try story.lastMessage()))
        try story.member(.note("Nobody there?"))
        try story.member(.addParticipant(Cast.ben))
        try story.system(.policyChanged)
        try story.system(.assigneeAbsent)
        try story.waits(.minutes(3))
        #expect(story.phase == .waiting)
        #expect(story.state?.idleSince == last)
        #expect(story.state?.warnedAt == warned)
    }

    // covers: B2
    @Test func `after a clock that jumped a month the guest is warned all the same, and has a day`() throws {
        var story = try Story.answered()
        story.passes(.days(30))
        #expect(try story.fireDeadlines() == [.closingWarning])
        #expect(story.deadline(.autoClose) == story.now + .hours(24))
        try story.guest(.say("I am still here"))
        #expect(story.phaseName == .active)
    }

    @Test func `a case that nobody ever answered first alerts the team, then its supervisors, again and again`() throws
    {
        var story = try Story.waiting()
        #expect(try story.waits(.minutes(5) - .milliseconds(1)).isEmpty)
        #expect(try story.waits(.milliseconds(1)) == [.firstResponseAlert(level: 1)])
        #expect(try story.waits(.minutes(25)) == [.firstResponseAlert(level: 2)])
        #expect(try story.waits(.hours(12)) == [.firstResponseAlert(level: 3)])
        #expect(!story.guestFacts.contains(.firstResponseAlerted(level: 1)))
    }

    @Test func `a case never ends by itself though nobody ever answered, and nobody was alerted or told`() throws {
        for begin in [{ try Story.waiting() }, { try Story.active() }] {
            var story = try begin()
            try story.waits(.days(8))
            let facts = story.facts
            let team = try #require(facts.firstIndex(of: .firstResponseAlerted(level: 1)))
            let supervisors = try #require(facts.firstIndex(of: .firstResponseAlerted(level: 2)))
            let warned = try #require(facts.firstIndex(of: .closingWarned))
            let told = try #require(
                facts.firstIndex(of: .automaticMessageSent(.closedByItself(unanswered: true))))
            let closed = try #require(facts.firstIndex(of: .closed(.unanswered)))
            #expect([team, supervisors, warned, told, closed] == [team, supervisors, warned, told, closed].sorted())
            #expect(story.guestFacts.suffix(2) == facts.suffix(2))
        }
    }

    @Test func `also after the house was down for months, the team is alerted before the case ends`() throws {
        var story = try Story.waiting()
        story.passes(.days(90))
        let fired = try story.fireDeadlines()
        #expect(Array(fired.prefix(2)) == [.firstResponseAlert(level: 1), .firstResponseAlert(level: 2)])
        #expect(!fired.contains(.autoClose))
        try story.waits(.days(1))
        #expect(story.facts.last == .closed(.unanswered))
    }

    @Test func `a guest in a room whom nobody answers is nobody's fault silently, either`() throws {
        var story = try Story.room()
        #expect(story.deadline(.firstResponseAlert(level: 1)) == nil, "nobody has asked anything yet")
        try story.waits(.hours(1))
        try story.guest(.say("Is anybody there?"))
        #expect(story.deadline(.firstResponseAlert(level: 1)) == story.now + .minutes(5))
        try story.waits(.days(8))
        #expect(story.facts.contains(.firstResponseAlerted(level: 2)))
        #expect(story.facts.last == .closed(.unanswered))
    }

    @Test func `a room in which nobody ever spoke ends as inactive, not as unanswered`() throws {
        var story = try Story.room()
        try story.waits(.days(8))
        #expect(story.facts.last == .closed(.inactive))
    }

    @Test func `a claim alone answers nobody; a message or an answered call does`() throws {
        var story = try Story.active()
        #expect(story.deadline(.firstResponseAlert(level: 1)) != nil)
        var called = story
        try called.member(.startCall(.voice))
        #expect(called.deadline(.firstResponseAlert(level: 1)) != nil)
        try called.guest(.answerCall)
        #expect(called.deadline(.firstResponseAlert(level: 1)) == nil)
        try story.member(.note("Who takes this?"))
        #expect(story.deadline(.firstResponseAlert(level: 1)) != nil)
        try story.member(.say("How can we help?"))
        #expect(story.deadline(.firstResponseAlert(level: 1)) == nil)
        #expect(story.state?.wasAnswered == true)
    }

    // The requirements count a close request among what the team says to the guest and the guest may miss, beside messages
    // and files; and it is the guest's turn after it.
    @Test func `a close request answers, as a message does, and whoever keeps the case open waits again`() throws {
        var story = try Story.active()
        try story.member(.requestClose)
        #expect(story.deadline(.firstResponseAlert(level: 1)) == nil)
        var declined = story
        try declined.guest(.declineClose)
        try declined.member(.release)
        #expect(declined.deadline(.firstResponseAlert(level: 1)) == declined.now + .minutes(5))
        try story.waits(.days(7))
        #expect(story.facts.last == .closed(.inactive))
    }

    @Test func `abandonment fires without any message of the guest, too`() throws {
        var story = try Story.active()
        try story.waits(.days(8))
        #expect(story.phaseName == .closed)
        var room = try Story.room()
        try room.member(.invite(.sms))
        try room.waits(.days(8))
        #expect(room.phaseName == .closed)
    }

    @Test func `the message of an automatic close never reopens the case that it closed`() throws {
        var story = try Story.answered()
        try story.waits(.days(365) - .days(1))
        #expect(story.phaseName == .closed)
        #expect(!story.facts.contains(.reopened))
        #expect(story.facts.last == .closed(.inactive))
    }

    // covers: B2
    @Test func `a retry of an automatic close repeats neither the close nor its message`() throws {
        var story = try Story.answered()
        try story.waits(.days(7))
        let count = story.events.count
        for _ in 0..<3 { #expect(try story.system(.deadlineReached).isEmpty) }
        #expect(story.events.count == count)
        let messages = story.facts.count { $0 == .automaticMessageSent(.closedByItself(unanswered: false)) }
        #expect(messages == 1)
    }

    @Test func `a deadline that has not come decides nothing`() throws {
        for phase in PhaseName.allCases where phase != .none {
            var story = try Story.inPhase(phase)
            #expect(try story.system(.deadlineReached).isEmpty)
        }
    }

    @Test func `a change of policy moves what is due`() throws {
        var story = try Story.answered()
        story.policy.autoClose = .days(3)
        try story.system(.policyChanged)
        #expect(story.deadline(.closingWarning) == story.now + .days(2))
        try story.waits(.days(3))
        #expect(story.phaseName == .closed)
    }
}

@Suite struct SnoozeTests {
    @Test func `a snoozed case neither closes nor alerts until it wakes`() throws {
        var story = try Story.active()
        try story.member(.snooze(until: story.now + .days(20)))
        #expect(story.deadlines.map(\.kind) == [.wake])
        #expect(try story.waits(.days(20) - .milliseconds(1)).isEmpty)
        #expect(try story.waits(.milliseconds(1)) == [.wake])
        #expect(story.facts.last == .woke(.timeCame))
        #expect(story.phase == .active(Assignment(member: Cast.anna)))
    }

    // covers: B9
    @Test func `a guest who was warned does not learn from the closing time that the case was put aside`() throws {
        var story = try Story.answered()
        try story.teamSeesAll()
        #expect(story.state?.closesAtForGuest(under: story.policy) == nil)
        try story.waits(.days(6))
        let told = try #require(story.state?.closesAtForGuest(under: story.policy))
        #expect(told == story.state?.closesAt(under: story.policy))
        try story.member(.snooze(until: story.now + .days(20)))
        #expect(story.state?.closesAt(under: story.policy) == nil)
        #expect(story.state?.closesAtForGuest(under: story.policy) == told)
    }

    @Test func `a snoozed case is never closed right after waking`() throws {
        var story = try Story.active()
        try story.waits(.days(6))
        #expect(story.state?.warnedAt != nil)
        try story.member(.snooze(until: story.now + .days(20)))
        story.passes(.days(25))
        #expect(try story.fireDeadlines() == [.wake])
        #expect(story.state?.warnedAt == nil)
        #expect(story.deadline(.closingWarning) == story.now + .days(6))
        #expect(story.deadline(.firstResponseAlert(level: 1)) == story.now + .minutes(5))
    }

    @Test func `the guest's message wakes it, a member's does not`() throws {
        var story = try Story.inPhase(.snoozed)
        try story.member(.say("Still waiting for the laboratory."))
        #expect(story.phaseName == .snoozed)
        #expect(try story.guest(.say("Any news?")).first == .woke(.guestWrote))
        #expect(story.phase == .active(Assignment(member: Cast.anna)))
        #expect(!story.guestFacts.contains(.woke(.guestWrote)))
    }

    @Test func `a member or a supervisor wakes it, and a new time may be set`() throws {
        var story = try Story.inPhase(.snoozed)
        try story.supervisor(.snooze(until: story.now + .hours(2)))
        #expect(story.deadline(.wake) == story.now + .hours(2))
        try story.member(.wake)
        #expect(story.facts.last == .woke(.memberWoke))
    }

    @Test func `it lasts into the future, and no longer than the team allows`() throws {
        let story = try Story.active()
        #expect(story.refusal(of: .snooze(until: story.now), by: Cast.member) == .invalidTime)
        let tooLong = story.now + .days(30) + .milliseconds(1)
        #expect(story.refusal(of: .snooze(until: tooLong), by: Cast.member) == .invalidTime)
        #expect(story.refusal(of: .snooze(until: story.now + .days(30)), by: Cast.member) == nil)
    }

    @Test func `a snoozed case whose assignee is lost wakes into the queue, and may be claimed before`() throws {
        var story = try Story.inPhase(.snoozed)
        try story.system(.assigneeAbsent)
        #expect(try story.waits(.minutes(3)) == [.assigneeLost])
        #expect(story.phaseName == .snoozed)
        #expect(story.state?.assignee == nil)
        var claimed = story
        #expect(try claimed.colleague(.claim) == [.woke(.memberWoke), .claimed])
        #expect(claimed.state?.assignee == Cast.ben)
        #expect(try story.waits(.hours(1)).first == .wake)
        #expect(story.phase == .waiting)
    }

    @Test func `who is handed a snoozed case is not alerted for the time that it was put aside`() throws {
        var story = try Story.active()
        try story.member(.snooze(until: story.now + .days(2)))
        story.passes(.days(1))
        #expect(try story.member(.transfer(.member(Cast.ben))).first == .woke(.memberWoke))
        #expect(story.state?.assignee == Cast.ben)
        #expect(story.deadline(.firstResponseAlert(level: 1)) == story.now + .minutes(5))
    }
}
