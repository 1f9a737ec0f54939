import CaseMachine
import CaseStore
import Gateway

/// A person at a screen: what they have been shown, and what they have said that is not acknowledged yet.
final class Client {
    let number: Int
    let person: Cast.Person
    var line: Line?
    var isAway = false
    /// What is on the screen, a case at a time.
    var logs: [CaseID: ClientLog] = [:]
    var listed: [CaseList: [CaseID: (version: Int64, isIn: Bool)]] = [:]
    var outbox: [Outgoing] = []
    var lastKey: UInt64 = 0
    var lastText = 0

    init(number: Int, person: Cast.Person) {
        self.number = number
        self.person = person
    }

    func lineBroke() {
        line = nil
        listed = [:]
        for place in outbox.indices { outbox[place].isOnItsWay = false }
        // Of a read cursor nobody keeps anything: the next one says the same and more.
        outbox.removeAll { $0.key == nil }
    }

    var openLogs: [CaseID] { logs.filter { $0.value.isSubscribed }.keys.sorted() }
}

struct ClientLog {
    /// Dense from 1.
    var events: [CaseEvent] = []
    var isSubscribed = true
    var subscription = 0
    var isGone = false
}

/// A command that is not answered.
struct Outgoing {
    let tag: UInt64
    let key: CommandKey?
    let command: CaseCommand
    var isOnItsWay = false

    /// Of these a client has one under way for each case: the next one waits for its answer.
    var sendsTo: CaseID? {
        if case .act(let id, .send) = command { id } else { nil }
    }
}

extension World {
    /// A new socket: everything goes on where it was.
    func resume(_ client: Client) {
        for id in client.openLogs { subscribe(client, to: id) }
        flush(client)
    }

    func subscribe(_ client: Client, to id: CaseID) {
        guard client.logs[id]?.isGone != true else { return }
        client.logs[id, default: ClientLog()].subscription += 1
        client.logs[id]?.isSubscribed = true
        guard let line = client.line, let log = client.logs[id] else { return }
        send(.subscribe(id, after: Int64(log.events.count), subscription: log.subscription), on: line)
    }

    func unsubscribe(_ client: Client, from id: CaseID) {
        guard client.logs[id]?.isSubscribed == true else { return }
        client.logs[id]?.isSubscribed = false
        if let line = client.line { send(.unsubscribe(id), on: line) }
    }

    /// Says it as soon as there is somebody to say it to.
    func say(_ command: CaseCommand, isKeyed: Bool = true, by client: Client) {
        client.lastKey += 1
        let tag = client.lastKey
        let key = CommandKey(UInt128(client.number) << 64 | UInt128(tag), fingerprint: tag)
        client.outbox.append(Outgoing(tag: tag, key: isKeyed ? key : nil, command: command))
        flush(client)
    }

    func flush(_ client: Client) {
        guard let line = client.line, line.isUp, line.isReady else { return }
        var busy: Set<CaseID> = []
        for place in client.outbox.indices {
            let outgoing = client.outbox[place]
            if let id = outgoing.sendsTo, !busy.insert(id).inserted { continue }
            guard !outgoing.isOnItsWay else { continue }
            client.outbox[place].isOnItsWay = true
            send(.command(tag: outgoing.tag, outgoing.key, outgoing.command), on: line)
        }
    }

    func receive(_ frame: ToClient, at client: Client) {
        switch frame {
        case .reply(let tag, let reply): take(reply, to: tag, at: client)
        case .event(let id, let subscription, let number, let event):
            guard client.logs[id]?.subscription == subscription, client.logs[id]?.isSubscribed == true else { return }
            show(event, number, of: id, at: client)
        case .listed(let list, let id, let version, let isIn):
            let known = client.listed[list]?[id]
            if let known, known.version >= version { return }
            client.listed[list, default: [:]][id] = (version, isIn)
            if isIn, client.logs[id] == nil, client.openLogs.count < 6 { subscribe(client, to: id) }
        case .gone(let id, let subscription):
            guard client.logs[id]?.subscription == subscription else { return }
            client.logs[id]?.isGone = true
            client.logs[id]?.isSubscribed = false
            require(oracle.isErased(id), "\(client.person.name) is told that a case is gone, and it is there")
        }
    }

    private func take(_ reply: Reply, to tag: UInt64, at client: Client) {
        guard let place = client.outbox.firstIndex(where: { $0.tag == tag }) else { return }
        if case .refused(let refusal) = reply, refusal.mayBeRepeated, client.outbox[place].key != nil {
            plan(in: dice.milliseconds(20...800)) { world in
                guard let place = client.outbox.firstIndex(where: { $0.tag == tag }) else { return }
                client.outbox[place].isOnItsWay = false
                world.flush(client)
            }
            return
        }
        let outgoing = client.outbox.remove(at: place)
        if case .accepted(let receipt) = reply, case .open = outgoing.command { subscribe(client, to: receipt.id) }
        if case .accepted(let receipt) = reply { oracle.clientKnows(outgoing, receipt, of: client.person) }
        flush(client)
    }

    private func show(_ event: CaseEvent, _ number: Int64, of id: CaseID, at client: Client) {
        let have = Int64(client.logs[id]?.events.count ?? 0)
        guard number == have + 1 else {
            return complain(
                "\(client.person.name) has \(have) events of case \(oracle.place(of: id)) and gets \(number)")
        }
        if client.person.actor.readingSide == .guest, Privacy.isForTeam(event.fact) || event.fact.tellsOfHouse {
            complain("\(client.person.name), a guest, is shown what is for the team alone: \(event.fact)")
        }
        client.logs[id]?.events.append(event)
        client.logs[id]?.blankDeleted(by: event, for: client.person.actor.readingSide)
        guard case .erased = event.fact else { return }
        client.logs[id]?.isGone = true
        unsubscribe(client, from: id)
    }
}

extension ClientLog {
    /// What was deleted vanishes from the screen, with its edits.
    mutating func blankDeleted(by event: CaseEvent, for side: Side) {
        guard case .messageDeleted(let numbers) = event.fact, let target = numbers.of(side) else { return }
        for place in events.indices {
            var isMeant = place + 1 == Int(target)
            if case .messageEdited(let edited, _) = events[place].fact, edited.of(side) == target { isMeant = true }
            if isMeant { events[place] = events[place].blanked }
        }
    }
}
