import CaseMachine
import Testing

@Suite struct `What the guest reads` {
    /// All that happens in small cases, and to two rooms.
    private static let events: Set<CaseEvent> = {
        var events: Set<CaseEvent> = []
        let openings = [SmallWorld.support, SmallWorld.intake, SmallWorld.room, SmallWorld.thread]
        _ = Exploration(openings: openings, mostSteps: 4).run { step in
            if case .accepted(let found, _) = step.decision { events.formUnion(found) }
        }
        _ = PairExploration(mostSteps: 2).run(visitSingle: { _ in }) { step in
            if case .accepted(let gone, let stays) = step.decision { events.formUnion(gone.events + stays.events) }
        }
        return events
    }()

    /// What is the members' alone in it; a new fact has to be thought about here.
    private func betrayal(in fact: Fact) -> String? {
        switch fact {
        case .noteWritten, .snoozed, .woke, .firstResponseAlerted, .missedResponseNoticed, .invited, .linkShared:
            "the team's own doings"
        case .seen, .delivered, .assigneeWentAbsent, .assigneeCameBack, .callPartyGone, .callPartyBack, .policyAdopted:
            "what is in no log"
        case .assigneeLost, .transferred(.team): "the way through the house"
        case .closed(.bySupervisor(let reason)): reason
        case .messageEdited(let numbers, _), .messageDeleted(let numbers):
            numbers.forTeam == 0 && numbers.forGuest != nil ? nil : "the team's numbers"
        case .erased(_, let absorbed): absorbed.isEmpty ? nil : "rooms"
        case .mergeUndone(let noticed): noticed.isEmpty ? nil : "who was noticed"
        case .absorbed(let absorption):
            absorption
                == Absorption(
                    rooms: [CaseID(absorption.rooms.first?.value ?? 0)], guests: [], invitations: 0,
                    isWaitedFor: false, unanswered: nil, guestStreak: nil, teamStreak: nil)
                ? nil : "what was carried on"
        case .opened, .identifiersSubmitted, .intakeCompleted, .messageSent, .automaticMessageSent, .blastDelivered,
            .claimed, .released, .transferred(.member), .participantAdded, .participantRemoved, .participantLeft,
            .closeRequested, .closeDeclined, .closingWarned, .closed, .reopened, .callStarted, .callAnswered,
            .callDeclined, .callEnded, .merged, .absorptionUndone:
            nil
        }
    }

    // covers: B9
    @Test func `carries nothing that is the members' alone, whatever has happened`() {
        var betrayals: Set<String> = []
        var told: Set<String> = []
        var kept: Set<String> = []
        for event in Self.events {
            guard let seen = event.asSeen(by: .guest) else {
                kept.insert(event.fact.name)
                continue
            }
            told.insert(event.fact.name)
            if let betrayal = betrayal(in: seen.fact) { betrayals.insert("\(seen.fact.name): \(betrayal)") }
        }
        #expect(betrayals == [])
        #expect(told.isDisjoint(with: kept.subtracting(["messageEdited", "messageDeleted"])))
        #expect(told.count >= 25)
    }

    @Test func `is not what the team reads`() {
        for event in Self.events {
            #expect(event.asSeen(by: .team) == (event.fact.audience == nil ? nil : event))
        }
    }

    @Test func `has the same numbers as the log that the house keeps`() {
        for event in Self.events { #expect((event.asSeen(by: .guest) != nil) == (event.fact.audience == .everyone)) }
    }

    @Test(arguments: [
        (Fact.released, Fact.released), (.assigneeLost(Cast.anna), .released),
        (.transferred(.team(Cast.otherTeam)), .released),
        (.transferred(.member(Cast.ben)), .transferred(.member(Cast.ben))),
        (.closed(.bySupervisor("Abuse")), .closed(.bySupervisor(nil))),
    ])
    func `is that the case is back in the queue, handed on or closed, not why and by whom`(fact: Fact, seen: Fact) {
        let event = CaseEvent(at: Story.start, author: .member(Cast.sue), fact: fact)
        #expect(event.asSeen(by: .guest) == CaseEvent(at: Story.start, author: .system, fact: seen))
    }

    @Test(arguments: [Fact.messageSent(Message(text: "Hello")), .claimed, .closeRequested, .callStarted(.voice)])
    func `names the member who talks to them`(fact: Fact) {
        let event = CaseEvent(at: Story.start, author: .member(Cast.anna), fact: fact)
        #expect(event.asSeen(by: .guest) == event)
    }

    // S2.5: members work as the team and as themselves.
    @Test func `does not name the member who writes as the team, nor who changes that message`() throws {
        var story = try Story.answered()
        try story.member(.send(Message(text: "We look into it.", voice: .team)))
        let target = try story.lastMessage()
        try story.member(.edit(target, text: "We have looked into it."))
        let changes = story.events.suffix(2)
        #expect(changes.map(\.author) == [.member(Cast.anna), .member(Cast.anna)])
        #expect(changes.map { $0.asSeen(by: .team)?.author } == [.member(Cast.anna), .member(Cast.anna)])
        #expect(changes.map { $0.asSeen(by: .guest)?.author } == [.system, .system])
    }

    @Test func `gives a guest, and a note, no other voice than their own`() throws {
        var story = try Story.answered()
        try story.guest(.send(Message(text: "We are here", voice: .team)))
        #expect(story.events.last?.fact == .messageSent(Message(text: "We are here")))
        try story.member(.note(Message(text: "Between us", voice: .team)))
        #expect(story.events.last?.fact == .noteWritten(Message(text: "Between us")))
    }

    @Test func `tells nothing of notes between an edited message and its place`() throws {
        var story = try Story.answered()
        try story.member(.note("Difficult."))
        try story.guest(.say("Oops"))
        let target = try story.lastMessage()
        try story.guest(.edit(target, text: "Sorry"))
        let numbers = Numbers(forTeam: 0, forGuest: target.numbers.forGuest)
        #expect(story.events.last?.fact.asSeen(by: .guest) == .messageEdited(numbers, text: "Sorry"))
    }
}
