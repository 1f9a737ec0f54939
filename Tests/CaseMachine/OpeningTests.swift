import CaseMachine
import Testing

@Suite struct OpeningTests {
    @Test func `a guest who comes to a team waits in its queue, whoever is there`() throws {
        let story = try Story.waiting()
        #expect(story.phase == .waiting)
        #expect(story.facts == [.opened(.support())])
        #expect(story.state?.guestHead == 1)
    }

    @Test func `a case whose mandatory identifiers are missing waits for them, not for the team`() throws {
        var story = Story()
        try story.guest(.open(.support(missing: [FieldID(1), FieldID(2)])))
        #expect(story.phase == .intake(missing: [FieldID(1), FieldID(2)]))
        #expect(story.deadlines.map(\.kind) == [.intakeAbandoned])
        #expect(story.deadline(.intakeAbandoned) == story.now + .hours(24))
        #expect(story.refusal(of: .say(), by: Cast.guest) == .notNow(.intake))
        #expect(story.refusal(of: .claim, by: Cast.member) == .notNow(.intake))

        try story.guest(.submitIdentifiers([FieldValue(field: FieldID(2), value: "4711")]))
        #expect(story.phase == .intake(missing: [FieldID(1)]))
        let facts = try story.guest(.submitIdentifiers([FieldValue(field: FieldID(1), value: "M. Muster")]))
        #expect(facts.last == .intakeCompleted)
        #expect(story.phase == .waiting)
    }

    @Test func `optional identifiers may come at any time, and a blank one clears`() throws {
        var story = try Story.active()
        for value in ["provider 12", ""] {
            let values = [FieldValue(field: FieldID(7), value: value)]
            #expect(try story.guest(.submitIdentifiers(values)) == [.identifiersSubmitted(values)])
        }
        #expect(story.phaseName == .active)
    }

    @Test func `identifiers are an action only while something mandatory is missing`() throws {
        var story = try Story.inPhase(.intake)
        try story.waits(.hours(1))
        let values = Command.submitIdentifiers([FieldValue(field: FieldID(1), value: "4711")])
        try story.guest(values)
        #expect(story.state?.idleSince == story.now)
        let last = story.now
        try story.waits(.days(6))
        let warned = story.state?.warnedAt
        try story.guest(values)
        #expect(story.state?.idleSince == last)
        #expect(story.state?.warnedAt == warned)
    }

    @Test func `where the team says what it asks for, nothing else is taken, and nothing mandatory is cleared`() throws
    {
        var story = try Story.active()
        story.policy.identifiers = [
            Identifier(field: FieldID(1), isMandatory: true), Identifier(field: FieldID(2), isMandatory: false),
        ]
        func refusal(_ field: Int64, _ value: String) -> Rejection? {
            story.refusal(of: .submitIdentifiers([FieldValue(field: FieldID(field), value: value)]), by: Cast.guest)
        }
        #expect(refusal(1, "4711") == nil)
        #expect(refusal(2, " ") == nil)
        #expect(refusal(1, " ") == .identifiersMissing([FieldID(1)]))
        #expect(refusal(3, "4711") == .noSuchField(FieldID(3)))
    }

    // covers: S0.13
    @Test func `a value that is not as its rule has it is told of by its field`() throws {
        var story = try Story.inPhase(.intake)
        let rule = FieldRule(kind: .pattern, example: "AB-1234")
        story.policy.identifiers = [Identifier(field: FieldID(1), isMandatory: true, rule: rule)]
        func values(_ value: String) -> Command { .submitIdentifiers([FieldValue(field: FieldID(1), value: value)]) }
        #expect(story.refusal(of: values("4711"), by: Cast.guest) == .badValue(FieldID(1)))
        try story.guest(values("xy-0001"))
        #expect(story.phase == .waiting)
    }

    @Test func `nobody is kept waiting for what the team asks for no more`() throws {
        var story = try Story.inPhase(.intake)
        story.policy.identifiers = [Identifier(field: FieldID(1), isMandatory: true)]
        #expect(try story.system(.policyChanged) == [])
        #expect(story.phaseName == .intake)
        story.policy.identifiers = [Identifier(field: FieldID(1), isMandatory: false)]
        #expect(try story.system(.policyChanged) == [.intakeCompleted])
        #expect(story.phase == .waiting)
    }

    // covers: S3.25
    @Test func `where the chat is switched off no guest begins one, and an open one goes on`() throws {
        var story = Story()
        story.policy.allowsGuestChat = false
        #expect(story.refusal(of: .open(.support()), by: Cast.guest) == .switchedOff)
        var open = try Story.waiting()
        open.policy.allowsGuestChat = false
        try open.guest(.say())
        try open.member(.claim)
        #expect(open.phaseName == .active)
    }

    // covers: S3.8
    @Test func `who may read and not send looks on, whatever they had before`() throws {
        let story = try Story.active()
        for member in [Cast.anna, Cast.sue] {
            let onlooker = Actor.member(
                MemberActor(member: member, organisation: Cast.clinic, teams: [Cast.team: .supervisor], maySend: false))
            let state = try #require(story.state)
            #expect(onlooker.relations(to: state) == [.onlooker])
            for command in Command.samples where command.name != .open {
                #expect(story.refusal(of: command, by: onlooker) == .notAllowed, "\(command.name)")
            }
        }
    }

    @Test func `an identifier needs a value of bounded length`() throws {
        let story = try Story.inPhase(.intake)
        func refusal(_ values: [FieldValue]) -> Rejection? {
            story.refusal(of: .submitIdentifiers(values), by: Cast.guest)
        }
        let long = String(repeating: "x", count: Limits.lineBytes + 1)
        #expect(refusal([]) == .empty)
        #expect(refusal([FieldValue(field: FieldID(1), value: " \n")]) == .identifiersMissing([FieldID(1)]))
        #expect(refusal([FieldValue(field: FieldID(1), value: long)]) == .tooLong(limitBytes: Limits.lineBytes))
        let many = (1...Int64(Limits.fields + 1)).map { FieldValue(field: FieldID($0), value: "x") }
        #expect(refusal(many) == .tooMany(limit: Limits.fields))
    }

    @Test func `who never gives the mandatory identifiers abandons the case`() throws {
        var story = try Story.inPhase(.intake)
        #expect(try story.waits(.hours(24) - .milliseconds(1)).isEmpty)
        #expect(try story.waits(.milliseconds(1)) == [.intakeAbandoned])
        #expect(story.facts.last == .closed(.abandoned))
    }

    @Test(arguments: [Command.say(), .reopen])
    func `coming back is no way around the mandatory identifiers`(command: Command) throws {
        var abandoned = try Story.inPhase(.intake)
        try abandoned.waits(.hours(24))
        #expect(abandoned.refusal(of: command, by: Cast.guest) == .startANewCase)
        var left = try Story.inPhase(.intake)
        try left.guest(.closeChat)
        #expect(left.refusal(of: command, by: Cast.guest) == .startANewCase)
    }

    @Test func `a case is opened once`() throws {
        let story = try Story.waiting()
        #expect(story.refusal(of: .open(.support()), by: Cast.guest) == .alreadyOpen)
    }

    @Test(arguments: [
        (Opening.support(), Cast.member), (.support(), .system), (.support(), Cast.client), (.room, Cast.guest),
        (.room, .system), (.room, Cast.otherTeamMember), (.thread, Cast.guest), (.thread, Cast.readingClient),
        (.thread, Cast.readingMember), (.thread, Cast.otherTeamMember),
    ])
    func `each kind of case is begun by its own side alone`(opening: Opening, actor: Actor) {
        #expect(Story().refusal(of: .open(opening), by: actor) == .notAllowed)
    }

    @Test(arguments: [Cast.client, Cast.sendingClient, Cast.member, .system])
    func `a client's thread is begun from either side`(actor: Actor) throws {
        var story = Story()
        try story.perform(.open(.thread), by: actor)
        #expect(story.phase == .thread)
    }

    @Test func `an opening is bounded, and only guests of a team are asked for identifiers`() {
        let long = String(repeating: "x", count: Limits.lineBytes + 1)
        let fields = (1...Int64(Limits.fields + 1)).map { FieldID($0) }
        let story = Story()
        #expect(story.refusal(of: .open(.support(subject: long)), by: Cast.guest) == .tooLong(limitBytes: 1024))
        #expect(story.refusal(of: .open(.support(missing: fields)), by: Cast.guest) == .tooMany(limit: 64))
        let room = Opening(
            organisation: Cast.clinic, team: Cast.team, party: .room(Cast.maria), missing: [FieldID(1)])
        #expect(story.refusal(of: .open(room), by: Cast.member) == .notAllowed)
    }

    @Test(arguments: CommandName.single.filter { $0 != .open })
    func `what was never opened takes no other command, and tells no stranger that it is not there`(
        name: CommandName
    ) throws {
        let command = try #require(Command.samples.first { $0.name == name })
        #expect(Story().refusal(of: command, by: .system) == .noSuchCase)
        #expect(Story().refusal(of: command, by: Cast.guest) == .notAllowed)
        #expect(Story().refusal(of: command, by: Cast.supervisor) == .notAllowed)
    }
}
