import CaseMachine
import Testing

/// The whole state space of small cases. Each invariant is a function from a step to what is wrong with it, so that a
/// planted fault can show that it is not blind.
@Suite struct `Every small case` {
    struct Kind: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let openings: [Opening]
        let mostSteps: Int
        let leastStates: Int
    }

    static let kinds = [
        Kind(
            testDescription: "support", openings: [SmallWorld.support, SmallWorld.intake], mostSteps: 5,
            leastStates: 5_000),
        Kind(
            testDescription: "room", openings: [SmallWorld.room], mostSteps: 5, leastStates: 2_000),
        Kind(
            testDescription: "direct thread", openings: [SmallWorld.thread], mostSteps: 5,
            leastStates: 100),
    ]

    // covers: B2, B6
    @Test(arguments: kinds)
    func `keeps every invariant in every state`(kind: Kind) {
        var problems: [String: Int] = [:]
        let exploration = Exploration(
            openings: kind.openings, mostSteps: kind.mostSteps)
        let size = exploration.run { step in
            for problem in Invariants.problems(of: step) {
                problems[problem, default: 0] += 1
            }
        }
        #expect(problems == [:])
        #expect(size.states >= kind.leastStates, "too few to have explored anything")
        print(
            "\(kind.testDescription): \(size.states) states, \(size.transitions) transitions, \(size.rejections) rejections"
        )
    }

    // covers: B6
    @Test func `keeps every invariant when two rooms become one and part again`() {
        var problems: [String: Int] = [:]
        func note(_ found: [String]) { for problem in found { problems[problem, default: 0] += 1 } }
        let size = PairExploration(mostSteps: 4).run(
            // A room may be another guest's, too, after a merger: who is a stranger is told by other tests.
            visitSingle: { if $0.actor != SmallWorld.otherGuestActor { note(Invariants.problems(of: $0)) } },
            visitPair: { note(Invariants.problems(of: $0)) })
        #expect(problems == [:])
        #expect(size.states >= 5_000, "too few to have explored anything")
        print("two rooms: \(size.states) states, \(size.transitions) transitions, \(size.rejections) rejections")
    }

    @Test func `is the same whoever walks it, and whenever`() {
        let exploration = Exploration(openings: [SmallWorld.support], mostSteps: 5)
        #expect(exploration.run { _ in } == exploration.run { _ in })
    }

    @Test func `is seen whole by the chart: a larger walk finds no other way from phase to phase`() {
        // Without what no phase depends on: what is read, said in private or by telephone, and who else is there.
        let larger = Chart(
            mostSteps: Chart.mostSteps + 1,
            leavingOut: [
                .edit, .delete, .note, .markSeen, .markDelivered, .invite, .shareLink, .startCall, .addParticipant,
                .policyChanged, .merge,
            ])
        for phase in PhaseName.allCases {
            for command in CommandName.allCases {
                let ways = larger[phase, command].leadsTo.subtracting([phase])
                #expect(ChartTests.chart[phase, command].leadsTo.isSuperset(of: ways), "\(phase) \(command)")
            }
        }
    }

    @Test func `reaches every phase`() {
        let reached = ChartTests.chart.cells.values.reduce(into: Set<PhaseName>()) { $0.formUnion($1.leadsTo) }
        #expect(reached == Set(PhaseName.allCases).subtracting([.none]))
    }

    @Test func `shows an accepted command only where the phase takes it`() {
        for (place, cell) in ChartTests.chart.cells where !cell.leadsTo.isEmpty {
            #expect(Availability.refusal(of: place.command, in: place.phase) == nil, "\(place)")
        }
    }
}

/// The invariants can fail: each is shown a step that breaks it.
@Suite struct `An invariant` {
    private let opened = CaseEvent(
        at: SmallWorld.beginning, author: .guest(SmallWorld.guest), fact: .opened(SmallWorld.support))

    private func state(after facts: [(Fact, Author)]) throws -> CaseState {
        let events = facts.map { CaseEvent(at: SmallWorld.beginning, author: $0.1, fact: $0.0) }
        return try #require((([opened] + events).reduce(nil) { CaseState.evolve($0, $1) }))
    }

    private func problems(
        before: CaseState, facts: [Fact], after: CaseState? = nil, command: Command = .deadlineReached,
        now: Timestamp = SmallWorld.beginning
    ) -> [String] {
        let events = facts.map { CaseEvent(at: now, author: .system, fact: $0) }
        let replayed = events.reduce(before) { CaseState.evolve($0, $1) ?? $0 }
        let step = Exploration.Step(
            before: before, actor: .system, command: command, now: now, policy: SmallWorld.policy,
            decision: .accepted(events, after ?? replayed))
        return Invariants.problems(of: step)
    }

    @Test func `finds a deadline that fires early`() throws {
        let waiting = try state(after: [])
        #expect(problems(before: waiting, facts: [.closingWarned]).contains(Invariants.early))
    }

    @Test func `finds an event after closing`() throws {
        let closed = try state(after: [(.closed(.byGuest), .guest(SmallWorld.guest))])
        #expect(problems(before: closed, facts: [.closingWarned]).contains(Invariants.afterClosing))
    }

    @Test func `finds a state that does not follow from the events`() throws {
        let waiting = try state(after: [])
        let claimed = try state(after: [(.claimed, .member(SmallWorld.member))])
        #expect(problems(before: waiting, facts: [.closingWarned], after: claimed).contains(Invariants.replay))
    }

    @Test func `finds a notice for something that was seen`() throws {
        let waiting = try state(after: [])
        let notice = Fact.missedResponseNoticed(
            MissedResponse(side: .guest, unseen: 1...1, dueAt: SmallWorld.beginning))
        #expect(problems(before: waiting, facts: [notice]).contains(Invariants.needlessNotice))
    }

    @Test func `finds a time that runs backwards`() throws {
        let waiting = try state(after: [])
        let found = problems(before: waiting, facts: [.closingWarned], now: SmallWorld.beginning - .seconds(1))
        #expect(found.contains(Invariants.backwards))
    }

    @Test func `finds a stranger who is told anything`() throws {
        let step = Exploration.Step(
            before: try state(after: []), actor: SmallWorld.strangers[0], command: .claim, now: SmallWorld.beginning,
            policy: SmallWorld.policy, decision: .rejected(.closed))
        #expect(Invariants.problems(of: step) == [Invariants.intrusion])
    }

    @Test func `finds an end that nobody was told of`() throws {
        let waiting = try state(after: [])
        #expect(problems(before: waiting, facts: [.closed(.unanswered)]).contains(Invariants.silentEnd))
    }
}
