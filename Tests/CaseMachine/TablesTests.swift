import CaseMachine
import Testing

@Suite struct TablesTests {
    @Test func `there is a sample of each command`() {
        #expect(Command.samples.map(\.name) == CommandName.single)
    }

    /// Deny by default: whatever rank they have elsewhere.
    @Test(arguments: PhaseName.allCases)
    func `a stranger may do nothing, in whatever state the case is, and learns nothing`(phase: PhaseName) throws {
        let story = try Story.inPhase(phase)
        for stranger in Cast.strangers {
            for command in Command.samples {
                let decision = story.decision(on: command, by: stranger)
                #expect(decision == .rejected(.notAllowed), "\(command.name) in \(phase)")
            }
        }
    }

    @Test(arguments: PhaseName.allCases)
    func `what a phase refuses, nobody can do; what it takes changes the case by its log alone`(
        phase: PhaseName
    ) throws {
        for command in Command.samples {
            for actor in Cast.everybody {
                var story = try Story.inPhase(phase)
                let before = story.state
                do {
                    try story.perform(command, by: actor)
                    #expect(Availability.refusal(of: command.name, in: phase) == nil, "\(command.name) in \(phase)")
                } catch {
                    #expect(story.state == before)
                    #expect(story.events.last == (try Story.inPhase(phase)).events.last)
                }
            }
        }
    }

    @Test(arguments: CommandName.allCases)
    func `every command is somebody's, and somewhere`(command: CommandName) {
        #expect(!Permissions.allowed(command).isEmpty)
        #expect(!Permissions.allow(command, to: []))
        #expect(PhaseName.allCases.contains { Availability.refusal(of: command, in: $0) == nil })
    }

    @Test func `the house's own commands are the house's alone`() {
        let own: [CommandName] = [
            .assigneeAbsent, .assigneePresent, .callPartyGone, .callPartyBack, .policyChanged, .deadlineReached,
        ]
        for command in own { #expect(Permissions.allowed(command) == [.system]) }
        #expect(Permissions.allowed(.startCall).isDisjoint(with: [.guest, .clientReader, .clientWriter]))
        #expect(Permissions.allowed(.closeWithoutConsent) == [.supervisor])
    }

    @Test(arguments: PhaseName.allCases)
    func `what a late clock asks for is refused nowhere`(phase: PhaseName) {
        #expect((Availability.refusal(of: .deadlineReached, in: phase) == nil) == (phase != .none))
        #expect((Availability.refusal(of: .open, in: phase) == nil) == (phase == .none))
    }

    /// Every open state of a kind that ends has a deadline that leads on.
    @Test(arguments: [PhaseName.intake, .waiting, .active, .snoozed, .closing])
    func `every open case is led to its end by the clock alone`(phase: PhaseName) throws {
        var story = try Story.inPhase(phase)
        try story.waits(.days(60))
        #expect(story.phaseName == .closed)
        try story.waits(.days(365))
        #expect(story.phaseName == .erased)
    }

    @Test func `a supervisor is one in the case's own team only`() throws {
        let story = try Story.answered()
        let elsewhere = Actor.member(
            MemberActor(
                member: Cast.ben, organisation: Cast.clinic, teams: [Cast.team: .member, Cast.otherTeam: .supervisor]))
        #expect(story.refusal(of: .closeWithoutConsent(reason: "Abuse"), by: elsewhere) == .notAllowed)
    }
}

@Suite struct RejectionTests {
    private static let all: [Rejection] =
        [
            .notAllowed, .noSuchCase, .alreadyOpen, .alreadyClaimed(by: Cast.anna), .claimFirst, .closed,
            .startANewCase, .movedTo(CaseID(2)), .erased, .empty, .tooLong(limitBytes: 10), .tooMany(limit: 10),
            .identifiersMissing([]), .notYours, .gone, .noSuchNumber, .alreadyThere, .notThere, .invalidTime,
            .reasonMissing, .switchedOff, .callUnderWay, .noCall, .inviteFirst, .noSuchColleague,
            .noSuchField(FieldID(1)), .badValue(FieldID(1)),
            .notARoom, .sameRoom, .notMerged, .differentOrganisations, .differentGuests, .notNow(.waiting),
        ]

    @Test func `each has a code of its own, made for programs`() {
        #expect(Set(Self.all.map(\.code)).count == Self.all.count)
        for code in Self.all.map(\.code) {
            #expect(code.allSatisfy { $0 == "_" || ("a"..."z").contains($0) }, "\(code)")
        }
    }

    @Test func `each has a sentence of advice of its own, made for people`() {
        #expect(Set(Self.all.map(\.advice)).count == Self.all.count)
        #expect(Self.all.allSatisfy { $0.advice.hasSuffix(".") && $0.advice.count > 10 })
    }

    @Test func `in each phase it can be said what cannot be done now`() {
        let advice = PhaseName.allCases.map { Rejection.notNow($0).advice }
        #expect(Set(advice).count == advice.count)
        #expect(Set(PhaseName.allCases.map { Rejection.notNow($0).code }) == ["not_now"])
    }

    @Test func `the advice gives the limits, and no colleague's number`() {
        #expect(Rejection.tooLong(limitBytes: 16_384).advice.contains("16384"))
        #expect(Rejection.tooMany(limit: 32).advice.contains("32"))
        #expect(!Rejection.alreadyClaimed(by: Cast.anna).advice.contains("11"))
    }
}
