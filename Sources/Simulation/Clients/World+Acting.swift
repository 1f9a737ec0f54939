import CaseMachine
import CaseStore
import Gateway

// What people do. They choose among what the oracle knows to be possible, mostly: so that a short run gets far.
extension World {
    func planAct(of client: Client) {
        plan(in: dice.milliseconds(20...1400)) { world in
            guard !world.isCalm else { return }
            world.act(client)
            world.planAct(of: client)
        }
    }

    private func act(_ client: Client) {
        if client.isAway {
            if dice.perMille(60) { comeBack(client) }
            return
        }
        guard client.line != nil else { return connect(client) }
        if strikes(.lineBroken, weather.lineBreaks), let line = client.line { return breakLine(line) }
        if strikes(.clientAway, 5) { return goAway(client) }
        guard client.outbox.count < 5 else { return }
        switch dice.number(1...20) {
        case 1...3: look(client)
        case 4, 5: seeAll(client)
        case 6: if let id = dice.pick(client.openLogs), let line = client.line { send(.typing(id), on: line) }
        default: begin(client)
        }
    }

    private func goAway(_ client: Client) {
        client.isAway = true
        note("away", Int64(client.number))
        if let line = client.line { breakLine(line) }
    }

    func comeBack(_ client: Client) {
        client.isAway = false
        connect(client)
    }

    /// Opens another case on the screen, or closes one.
    private func look(_ client: Client) {
        if client.openLogs.count > 2, dice.perMille(400), let id = dice.pick(client.openLogs) {
            return unsubscribe(client, from: id)
        }
        let known = Set(client.listed.values.flatMap(\.keys)).union(client.logs.keys)
        let hidden = known.filter { client.logs[$0]?.isSubscribed != true }.sorted()
        if client.openLogs.count < 6, let id = dice.pick(hidden) { subscribe(client, to: id) }
    }

    private func seeAll(_ client: Client) {
        guard let id = dice.pick(client.openLogs), let count = client.logs[id]?.events.count, count > 0 else { return }
        let number = Int64(dice.perMille(700) ? count : dice.number(1...count))
        say(
            .act(id, dice.perMille(600) ? .markSeen(upTo: number) : .markDelivered(upTo: number)), isKeyed: false,
            by: client)
    }

    private func begin(_ client: Client) {
        let known = client.openLogs.filter { !oracle.isErased($0) }
        guard known.count > 1 || !dice.perMille(500), let id = dice.pick(known), let book = oracle.books[id] else {
            if known.count < 4 || dice.perMille(30) { open(by: client) }
            return
        }
        if case .member = client.person.actor, case .room = book.state.party, dice.perMille(60) {
            return pair(id, book, by: client)
        }
        // Several at once, without waiting: they must be carried out in this order.
        let times = dice.perMille(250) ? dice.number(2...4) : 1
        for _ in 0..<times {
            guard let name = choose(client, book), let command = command(name, client, id, book) else { continue }
            say(command, by: client)
        }
    }

    /// Two rooms become one, or two again.
    private func pair(_ id: CaseID, _ book: Oracle.Book, by client: Client) {
        if case .merged(let merger) = book.state.phase {
            return say(.pair(.undoMerge, from: id, into: merger.into), by: client)
        }
        let others = oracle.order.filter { other in
            guard other != id, let state = oracle.books[other]?.state, case .room = state.party else { return false }
            return state.organisation == book.state.organisation && !state.isErased
        }
        if let other = dice.pick(others) { say(.pair(.merge, from: id, into: other), by: client) }
    }

    private func choose(_ client: Client, _ book: Oracle.Book) -> CommandName? {
        let relations = client.person.actor.relations(to: book.state)
        let anything = dice.perMille(60)
        let choices = CommandName.allCases.compactMap { name -> (weight: Int, choice: CommandName)? in
            guard let weight = Self.weights[name] else { return nil }
            let isPossible =
                Permissions.allow(name, to: relations)
                && Availability.refusal(of: name, in: book.state.phaseName) == nil
            return isPossible || anything ? (weight, name) : nil
        }
        return dice.pick(choices)
    }

    private static let weights: [CommandName: Int] = [
        .submitIdentifiers: 5, .send: 30, .edit: 6, .delete: 5, .note: 6, .claim: 14, .release: 2, .transfer: 3,
        .addParticipant: 4, .removeParticipant: 3, .leave: 3, .snooze: 3, .wake: 3, .requestClose: 3,
        .declineClose: 4, .closeChat: 1, .closeWithoutConsent: 1, .reopen: 5, .startCall: 7, .answerCall: 24,
        .declineCall: 4, .endCall: 4, .invite: 4, .shareLink: 4, .deliverBlast: 4, .erase: 1,
    ]

    private func text(_ client: Client) -> String {
        client.lastText += 1
        return "\(client.person.name) \(client.lastText)"
    }

    private func open(by client: Client) {
        let person = client.person
        switch person.actor {
        case .guest(let guest):
            let team =
                person.organisation == Cast.practice ? Cast.surgery : dice.pick([Cast.reception, Cast.laboratory])
            say(.open(opening(.support(guest.guest), team ?? Cast.reception, person)), by: client)
        case .member:
            let team = dice.pick(person.teams) ?? Cast.reception
            if person.organisation == Cast.clinic, dice.perMille(150) {
                return say(.open(opening(.direct(Cast.customer), team, person)), by: client)
            }
            let guest = person.organisation == Cast.practice ? GuestID(3) : GuestID(Int64(dice.number(1...2)))
            say(.open(opening(.room(guest), team, person)), by: client)
        case .client(let user): say(.open(opening(.direct(user.client), Cast.reception, person)), by: client)
        case .system: break
        }
    }

    private func opening(_ party: Party, _ team: TeamID, _ person: Cast.Person) -> Opening {
        var missing: [FieldID] = []
        if case .support = party, dice.perMille(400) { missing = [FieldID(1)] }
        return Opening(organisation: person.organisation, team: team, party: party, missing: missing)
    }

    private func command(_ name: CommandName, _ client: Client, _ id: CaseID, _ book: Oracle.Book) -> CaseCommand? {
        let side = client.person.actor.readingSide
        let members = cast.people.compactMap(\.actor.member)
        func own() -> Int64? {
            let own = book.log.filter { $0.event.author == client.person.actor.author && $0.event.written != nil }
            return dice.pick(own)?.numbers.of(side)
        }
        func act(_ command: Command) -> CaseCommand { .act(id, command) }
        switch name {
        case .submitIdentifiers: return act(.submitIdentifiers([FieldValue(field: FieldID(1), value: "4711")]))
        case .send: return act(.send(Message(text: text(client))))
        case .edit: return own().map { .edit(id, number: $0, text: text(client)) }
        case .delete: return own().map { .delete(id, number: $0) }
        case .note: return act(.note(Message(text: text(client))))
        case .claim: return act(.claim)
        case .release: return act(.release)
        case .transfer:
            if dice.perMille(600) { return dice.pick(members).map { act(.transfer(.member($0))) } }
            return dice.pick(client.person.teams).map { act(.transfer(.team($0))) }
        case .addParticipant: return dice.pick(members).map { act(.addParticipant($0)) }
        case .removeParticipant:
            return (dice.pick(book.state.participants) ?? dice.pick(members)).map { act(.removeParticipant($0)) }
        case .leave: return act(.leave)
        case .snooze:
            let until = Cast.epoch + now + clockOffset + dice.seconds(20...4000)
            return act(.snooze(until: until))
        case .wake: return act(.wake)
        case .requestClose: return act(.requestClose)
        case .declineClose: return act(.declineClose)
        case .closeChat: return act(.closeChat)
        case .closeWithoutConsent: return act(.closeWithoutConsent(reason: "Abuse"))
        case .reopen: return act(.reopen)
        case .startCall: return act(.startCall(dice.perMille(500) ? .voice : .video))
        case .answerCall: return act(.answerCall)
        case .declineCall: return act(.declineCall)
        case .endCall: return act(.endCall)
        case .invite: return act(.invite(dice.perMille(500) ? .sms : .email))
        case .shareLink: return act(.shareLink)
        case .deliverBlast: return act(.deliverBlast(BlastID(1), Message(text: text(client))))
        // Seldom: what is erased cannot be talked about any more.
        case .erase: return dice.perMille(100) ? act(.erase) : nil
        case .open, .markSeen, .markDelivered, .merge, .undoMerge, .absorb, .undoAbsorb, .assigneeAbsent,
            .assigneePresent, .callPartyGone, .callPartyBack, .policyChanged, .deadlineReached:
            return nil
        }
    }
}
