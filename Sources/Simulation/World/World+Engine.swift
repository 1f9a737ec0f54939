import CaseMachine
import CaseStore
import Gateway

// The engine of a node: what the server's threads do for it.
extension World {
    /// Has the engine do what there is to do now, and comes back when it wants to.
    func pump(_ node: Node) {
        guard node.isAlive, !node.isPumping else { return }
        node.isPumping = true
        defer { node.isPumping = false }
        node.engine.advance(to: moment(at: node))
        handOut(node)
        var jobs = 0
        while node.isAlive, let job = node.engine.nextJob() {
            jobs += 1
            guard jobs < 100 else { return complain("node \(node.number) asks the store for ever") }
            start(job, of: node)
            handOut(node)
        }
        guard node.isAlive else { return }
        let wake = node.engine.nextWake - node.upSince
        require(wake > now, "node \(node.number) wants to be woken at once, and has nothing to do then")
        node.enginePlan += 1
        let planned = node.enginePlan
        plan(at: wake) { world in
            if node.enginePlan == planned { world.pump(node) }
        }
    }

    private func handOut(_ node: Node) {
        for output in node.engine.takeOutputs() {
            guard node.isAlive else { return }
            if strikes(.nodeDiedHandingOut, weather.nodeDies) { return kill(node) }
            switch output {
            case .reply(let ticket, let reply):
                answer(ticket, reply, from: node)
                if strikes(.nodeDiedAfterAnswer, weather.nodeDies) { return kill(node) }
            case .publish(let publication): announce(publication, from: node)
            }
        }
    }

    private func answer(_ ticket: Ticket, _ reply: Reply, from node: Node) {
        note("reply \(reply.word)", node.number, Int64(ticket.port), Int64(ticket.tag))
        if let complaint = oracle.answered(ticket, reply, coverage: &coverage) { complain(complaint) }
        guard let session = node.sessions[ticket.port], let line = lines[session.id] else { return }
        send(.reply(tag: ticket.tag, reply), to: line)
    }

    private func announce(_ publication: Publication, from node: Node) {
        note("publish", node.number, oracle.place(of: publication.id), publication.version)
        if let complaint = oracle.published(publication) { complain(complaint) }
        take(publication, at: node)
        publish(.publication(publication), on: .one(publication.id), from: node)
        for list in cast.lists where publication.concerns(list) {
            publish(.publication(publication), on: .list(list), from: node)
        }
    }

    // MARK: Processes

    func startNode(at place: Int) {
        lastNode += 1
        var seeds = Dice(seed: dice.next())
        let skew = dice.milliseconds(-200...200)
        let upSince = dice.seconds(0...100_000)
        let moment = Moment(wall: Cast.epoch + now + clockOffset + skew, monotonic: now + upSince)
        let engine = CaseEngine(limits: settings.engine, at: moment) { seeds.next() }
        let node = Node(
            place: place, number: lastNode, engine: engine,
            presence: newPresence(high: dice.next(), low: dice.next(), now: now + upSince), skew: skew,
            upSince: upSince, rules: rules)
        for team in Cast.teams { if let rules = rules[team] { engine.adopt(rules, for: team) } }
        if nodes.count > place { nodes[place] = node } else { nodes.append(node) }
        note("start", node.number)
        listen(to: .presence, at: node)
        planSweep(of: node)
        planPresence(of: node)
        pump(node)
    }

    /// Without a word: whatever it was about to do remains undone.
    func kill(_ node: Node) {
        guard node.isAlive else { return }
        note("dies", node.number)
        node.isAlive = false
        broker.forget(node)
        for id in node.sessionIDs {
            guard let line = lines[id] else { continue }
            plan(in: dice.milliseconds(0...1500)) { $0.breakLine(line) }
        }
        plan(in: isCalm ? .milliseconds(100) : dice.milliseconds(100...8000)) { $0.startNode(at: node.place) }
    }
}

extension Reply {
    var word: String {
        switch self {
        case .accepted: "accepted"
        case .rejected(let rejection): rejection.code
        case .refused(let refusal): refusal.code
        }
    }
}

extension Publication {
    /// Whether somebody who has the list in front of them must hear of it.
    func concerns(_ list: CaseList) -> Bool {
        switch list {
        case .open(let team): state.team == team || previousTeam == team
        case .ofGuest(let guest, _):
            switch state.party {
            case .support(let own), .room(let own): own == guest
            case .direct: false
            }
        case .ofClient(let client): state.party == .direct(client)
        case .unassigned, .mine, .unread, .closed: false
        }
    }
}
