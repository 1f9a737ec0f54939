import CaseMachine
import Testing

@Suite struct TimeTests {
    // covers: B2
    @Test func `time never runs backwards within a case, whatever the clock does`() throws {
        var story = try Story.answered()
        story.passes(.hours(2))
        try story.member(.say())
        let newest = story.now
        story.passes(.hours(-1))
        try story.guest(.say())
        try story.member(.requestClose)
        #expect(story.events.suffix(2).allSatisfy { $0.at == newest })
        #expect(story.state?.lastEventAt == newest)
        let times = story.events.map(\.at)
        #expect(times == times.sorted())
    }

    @Test func `also what only the case's row keeps moves its time`() throws {
        var story = try Story.answered()
        story.passes(.hours(1))
        try story.guest(.markDelivered(upTo: 1))
        #expect(story.state?.lastEventAt == Story.start, "nothing has changed")
        try story.system(.assigneeAbsent)
        #expect(story.state?.lastEventAt == story.now)
    }

    @Test func `a clock that fell back does not fire a deadline twice, nor one that has not come`() throws {
        var story = try Story.answered()
        try story.waits(.days(6))
        story.passes(.days(-6))
        #expect(try story.system(.deadlineReached).isEmpty)
        #expect(story.facts.count { $0 == .closingWarned } == 1)
    }
}

@Suite struct `A change of policy` {
    @Test func `is kept by the case, with whatever is decided next`() throws {
        var story = try Story.answered()
        let first = story.state?.adopted.revision
        #expect(first == story.policy.revision)
        story.policy.ring = .seconds(20)
        try story.guest(.say())
        #expect(story.state?.adopted.revision == story.policy.revision)
        #expect(story.events.suffix(2).first?.fact == .policyAdopted(story.policy.asAdopted))
    }

    @Test func `under the same revision commits nothing`() throws {
        for phase in PhaseName.allCases where phase != .none {
            var story = try Story.inPhase(phase)
            story.policy.ring = .seconds(20)
            _ = story.decision(on: .policyChanged, by: .system)
            try story.system(.policyChanged)
            let count = story.entries.count
            try story.system(.policyChanged)
            #expect(story.entries.count == count)
        }
    }

    @Test func `of an older revision, on a node that has not heard of the newer one, is not gone back to`() throws {
        var story = try Story.answered()
        let old = story.policy
        story.policy.ring = .seconds(20)
        try story.system(.policyChanged)
        let state = try #require(story.state)
        let decision = decide(
            .policyChanged, by: .system, on: state, under: old, in: Circumstances(now: story.now))
        #expect(decision == .accepted([], state))
    }

    @Test func `of the other team's is adopted after a transfer, whatever its revision`() throws {
        var story = try Story.answered()
        try story.member(.transfer(.team(Cast.otherTeam)))
        #expect(story.state?.adopted.revision == 0)
        try story.otherTeamMember(.claim)
        #expect(story.state?.adopted.revision == story.policy.revision)
    }
}

@Suite struct ErasureTests {
    @Test(arguments: PhaseName.allCases.filter { $0 != .none && $0 != .erased })
    func `on request every kind of case is erased, in whatever state, by the house or an administrator`(
        phase: PhaseName
    ) throws {
        for actor in [Cast.administrator, .system] {
            var story = try Story.inPhase(phase)
            for other in [Cast.guest, Cast.client, Cast.member, Cast.supervisor] {
                #expect(story.refusal(of: .erase, by: other) == .notAllowed)
            }
            try story.perform(.erase, by: actor)
            #expect(story.facts.last == .erased(.request, absorbed: []))
            #expect(story.phaseName == .erased)
            #expect(story.deadlines.isEmpty)
            #expect(story.refusal(of: .erase, by: actor) == .erased)
        }
    }

    @Test func `a call ends with it`() throws {
        var story = try Story.answered()
        try story.member(.startCall(.voice))
        try story.guest(.answerCall)
        #expect(try story.system(.erase) == [.callEnded(.caseMovedOn), .erased(.request, absorbed: [])])
    }

    @Test func `how long threads are kept is off by default, and bounded`() {
        var policy = Policy()
        #expect(policy.threadRetention == nil)
        policy.threadRetention = .hours(1)
        #expect(policy.problems.map(\.setting) == ["retention of threads"])
        policy.threadRetention = .days(400)
        #expect(policy.problems.isEmpty)
    }
}
