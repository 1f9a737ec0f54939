import CaseMachine
import CaseStore
import Testing
import Wire

@testable import Gateway

/// Everybody × every command × a case that is theirs or not: the socket says what the machine's table says, and whoever
/// may not read a case learns not even that there is one.
@Suite struct `Who may do what over a socket` {
    /// What is asked, and the row of the machine's table; none for a question that only reading is needed for.
    private struct Wish {
        let name: CommandName?
        let command: (_ caseID: String) -> ClientCommand
    }

    private static func wishes(_ clinic: Clinic) throws -> [Wish] {
        let roster = clinic.directory.roster
        let ben = try #require(roster[clinic.ben]).publicID.text
        let field = try #require(clinic.laboratory.fields.first).publicID.text
        let actions: [(CommandName, CaseAction)] = [
            (.submitIdentifiers, .identify([FieldEntry(field: field, value: "7")])),
            (.send, .send(text: "hello", voice: .own)), (.send, .send(text: "hello", voice: .team)),
            (.note, .note(text: "note")), (.edit, .edit(number: 1, text: "other")),
            (.edit, .edit(number: 99, text: "other")), (.delete, .delete(number: 1)), (.claim, .claim),
            (.release, .release), (.transfer, .transfer(.member(ben))),
            (.transfer, .transfer(.team(clinic.laboratory.publicID.text))), (.addParticipant, .join(member: ben)),
            (.removeParticipant, .part(member: ben)), (.leave, .leave), (.snooze, .snooze(until: 4_000_000_000_000)),
            (.wake, .wake), (.requestClose, .requestClose), (.declineClose, .declineClose), (.closeChat, .closeChat),
            (.closeWithoutConsent, .close(reason: "abuse")), (.reopen, .reopen),
        ]
        // They name somebody or something that is not there: whoever may read the case hears that.
        let misnamed: [CaseAction] = [
            .identify([FieldEntry(field: "none", value: "7")]), .transfer(.member("nobody")),
            .transfer(.team("none")), .join(member: "nobody"), .part(member: "nobody"),
        ]
        let all = actions.map { (Optional($0.0), $0.1) } + misnamed.map { (nil, $0) }
        return all.map { name, action in
            Wish(name: name) { .onCase(Wire.CaseCommand(caseID: $0, key: .random(), action: action)) }
        } + [
            Wish(name: .markSeen) { .seen(ReadMark(caseID: $0, upTo: 1)) },
            Wish(name: .markDelivered) { .delivered(ReadMark(caseID: $0, upTo: 1)) },
            Wish(name: nil) { .subscribe(Subscription(caseID: $0, after: 0, generation: nil)) },
        ]
    }

    // covers: B9
    @Test func `is what the machine's table says, for everybody and every command`() async throws {
        var limits = HubLimits()
        limits.commandsAtOnce = 100_000
        try await withClinic(limits: limits) { clinic in
            let (maria, gero) = (try clinic.guest("Maria"), try clinic.guest("Gero"))
            let ola = try clinic.guest("Ola", clinic.ward)
            let opener = try clinic.socket(maria.session)
            let assignee = try clinic.socket(of: clinic.anna)
            let roster = clinic.directory.roster
            var everybody: [(name: String, actor: Actor, socket: HubClient)] = []
            for guest in [maria, gero, ola] {
                everybody.append((guest.guest.firstName, .guest(guest.guest.actor), try clinic.socket(guest.session)))
            }
            for id in [clinic.anna, clinic.ben, clinic.cleo, clinic.dora, clinic.emil] {
                let member = try #require(roster[id])
                everybody.append((member.name, .member(member.actor), try clinic.socket(of: id)))
            }
            for wish in try Self.wishes(clinic) {
                for person in everybody {
                    let name = try opener.open(clinic.reception).caseID
                    #expect(try assignee.act(name, .claim).isAccepted)
                    let state = try clinic.store.load(named: try #require(PublicID(text: name))).get().state
                    let relations = person.actor.relations(to: state)
                    let answer = try person.socket.ask(wish.command(name))
                    let unknown = try person.socket.ask(wish.command(String(repeating: "a", count: 32)))
                    let what: Comment = "\(person.name): \(wish.name?.rawValue ?? "subscribe")"
                    #expect(unknown.code == "no_such_case", what)
                    if !person.actor.mayRead(state) {
                        #expect(answer.withoutNumber == unknown.withoutNumber, what)
                    } else if let command = wish.name, !Permissions.allow(command, to: relations) {
                        // Colleagues hear who handles it.
                        let codes =
                            relations.contains(.teammate) ? ["not_allowed", "already_claimed"] : ["not_allowed"]
                        #expect(codes.contains(answer.code ?? ""), what)
                    } else {
                        #expect(answer.code != "not_allowed" && answer.code != "no_such_case", what)
                    }
                }
            }
        }
    }

    @Test func `a member's questions are about their own teams, and a guest has none`() async throws {
        try await withClinic { clinic in
            let guest = try clinic.socket(try clinic.guest("Maria").session)
            let name = try guest.open(clinic.reception).caseID
            let (anna, dora) = (try clinic.socket(of: clinic.anna), try clinic.socket(of: clinic.dora))
            let emil = try clinic.socket(of: clinic.emil)
            let query = ClientCommand.closed(ClosedQuery(team: clinic.reception.publicID.text, after: nil, limit: 10))
            #expect(try anna.ask(query).isAccepted)
            #expect(try dora.ask(query).code == "not_allowed")
            #expect(try emil.ask(query).code == "no_such_team")
            #expect(try guest.ask(query).code == "not_allowed")
            #expect(try anna.ask(.guest(caseID: name)).isAccepted)
            #expect(try dora.ask(.guest(caseID: name)).code == "no_such_case")
            #expect(try emil.ask(.guest(caseID: name)).code == "no_such_case")
            #expect(try guest.ask(.guest(caseID: name)).code == "not_allowed")
        }
    }

    @Test func `names of another organisation stand for nothing`() async throws {
        try await withClinic { clinic in
            let guest = try clinic.socket(try clinic.guest("Maria").session)
            let anna = try clinic.socket(of: clinic.anna)
            let roster = clinic.directory.roster
            let emil = try #require(roster[clinic.emil]).publicID.text
            func open(_ team: Team, _ topic: OpenCommand.Topic) throws -> String? {
                try guest.ask(.open(OpenCommand(key: .random(), team: team.publicID.text, topic: topic))).code
            }
            let category = try #require(clinic.laboratory.categories.first).publicID.text
            #expect(try open(clinic.ward, .subject("Hello")) == "no_such_team")
            #expect(try open(clinic.reception, .category(category)) == "no_such_category")
            #expect(try open(clinic.laboratory, .subject("Hello")) == "no_such_category")
            #expect(try open(clinic.reception, .subject("  ")) == "empty")
            #expect(try open(clinic.laboratory, .category(category)) == nil)
            let name = try guest.open(clinic.reception).caseID
            #expect(try anna.act(name, .claim).isAccepted)
            for action in [
                CaseAction.transfer(.member(emil)), .join(member: emil), .part(member: emil),
                .transfer(.team(clinic.ward.publicID.text)), .transfer(.member("nobody")),
            ] {
                #expect(try anna.act(name, action).code == "no_such_colleague")
            }
            let unknown = FieldEntry(field: String(repeating: "b", count: 32), value: "7")
            #expect(try guest.act(name, .identify([unknown])).code == "no_such_field")
            #expect(
                try anna.ask(
                    .open(OpenCommand(key: .random(), team: clinic.reception.publicID.text, topic: .subject("x")))
                ).code == "not_allowed")
        }
    }

    @Test func `one key is one decision`() async throws {
        try await withClinic { clinic in
            let session = try clinic.guest("Maria").session
            let guest = try clinic.socket(session)
            let key = UInt128.random()
            let opened = try guest.open(clinic.reception, key: key)
            #expect(try guest.open(clinic.reception, key: key) == opened)
            let other = try clinic.socket(session)
            #expect(try other.open(clinic.reception, key: key) == opened)
            let wrong = OpenCommand(key: key, team: clinic.reception.publicID.text, topic: .subject("Another"))
            #expect(try guest.ask(.open(wrong)).code == "key_reused")
            let said = UInt128.random()
            let number = try guest.send("once", to: opened.caseID, key: said)
            #expect(try other.send("once", to: opened.caseID, key: said) == number)
            #expect(try other.act(opened.caseID, .send(text: "twice", voice: .own), key: said).code == "key_reused")
            try other.subscribe(opened.caseID)
            #expect(try other.caughtUp(opened.caseID) == number)
        }
    }

    @Test func `who claims too late is told who was first`() async throws {
        try await withClinic { clinic in
            let guest = try clinic.socket(try clinic.guest("Maria").session)
            let (anna, ben) = (try clinic.socket(of: clinic.anna), try clinic.socket(of: clinic.ben))
            let name = try guest.open(clinic.reception).caseID
            #expect(try anna.act(name, .claim).isAccepted)
            guard case .failure(let error) = try ben.act(name, .claim) else { return #expect(Bool(false), "twice") }
            let first = try #require(clinic.directory.roster[clinic.anna])
            #expect(error.code == "already_claimed")
            #expect(error.detail == .by(PersonName(id: first.publicID.text, name: "Anna")))
        }
    }
}

extension Result where Success == Answer, Failure == WireError {
    /// To be compared with the answer to another question.
    fileprivate var withoutNumber: [String]? {
        if case .failure(let error) = self { [error.code, error.message, "\(error.retry)"] } else { nil }
    }
}
