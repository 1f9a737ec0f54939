import CaseMachine
import CaseStore
import Feed
import Gateway

// A node's sessions: what the gateway will do between a socket and the engine. The feeds are the product's.
extension World {
    func receive(_ frame: ToNode, of session: Session, at node: Node) {
        switch frame {
        case .command(let tag, let key, let command):
            let person = session.client.person
            let ticket = Ticket(port: session.id, tag: tag)
            note(
                "asks \(command.word)", node.number, Int64(session.id), Int64(tag), command.about.map(oracle.place) ?? 0
            )
            oracle.submitted(ticket, at: node.number, key: key, of: person, command)
            node.engine.advance(to: moment(at: node))
            node.engine.submit(
                Submission(
                    ticket: ticket, organisation: person.organisation, actor: person.actor, key: key,
                    command: command, addressee: addressee(of: command)))
            pump(node)
        case .subscribe(let id, let after, let subscription):
            subscribe(session, to: id, after: after, subscription, at: node)
        case .unsubscribe(let id): unsubscribe(session, from: id, at: node)
        case .typing(let id): typed(session, id, at: node)
        }
    }

    /// As the house knows them when somebody names them.
    private func addressee(of command: CaseCommand) -> Addressee? {
        switch command {
        case .act(_, .transfer(.member(let member))), .act(_, .addParticipant(let member)):
            let isPresent = nodes.contains { node in
                node.isAlive && node.sessions.values.contains { $0.client.person.actor.member == member }
            }
            return cast.people.first { $0.actor.member == member }.map {
                Addressee(organisation: $0.organisation, isPresent: isPresent)
            }
        case .act(_, .transfer(.team(let team))):
            let organisation = team == Cast.surgery ? Cast.practice : Cast.clinic
            return Addressee(organisation: organisation, isPresent: true)
        case .act, .open, .edit, .delete, .pair: return nil
        }
    }

    private func subscribe(_ session: Session, to id: CaseID, after: Int64, _ subscription: Int, at node: Node) {
        var entry = session.feeds[id] ?? SessionFeed(subscription: subscription)
        entry.subscription = subscription
        entry.feed.begin(after: after)
        session.feeds[id] = entry
        if node.watchers[id] == nil { node.cases.watch(id) }
        if !(node.watchers[id] ?? []).contains(session.id) { node.watchers[id, default: []].append(session.id) }
        join(session, id, at: node)
        listen(to: .one(id), at: node)
        if !node.hasBroker {
            feed(session, id, at: node) { $0.subscriptionLost() }
        } else if case .confirmed = node.topics[.one(id)] {
            feed(session, id, at: node) { $0.confirmed() }
        }
    }

    func unsubscribe(_ session: Session, from id: CaseID, at node: Node) {
        guard session.feeds[id] != nil else { return }
        session.feeds[id]?.feed.closed()
        leave(session, id, at: node)
        node.watchers[id]?.removeAll { $0 == session.id }
        guard node.watchers[id]?.isEmpty == true else { return }
        node.watchers[id] = nil
        node.cases.unwatch(id)
        stopListening(to: .one(id), at: node)
    }

    func confirmed(_ id: CaseID, at node: Node) {
        for watcher in node.watchers[id] ?? [] {
            if let session = node.sessions[watcher] { feed(session, id, at: node) { $0.confirmed() } }
        }
    }

    func subscriptionLost(_ id: CaseID, at node: Node) {
        for watcher in node.watchers[id] ?? [] {
            if let session = node.sessions[watcher] { feed(session, id, at: node) { $0.subscriptionLost() } }
        }
    }

    // MARK: News

    func receive(_ parcel: Parcel, on topic: Topic, at node: Node) {
        switch parcel {
        case .presence(let bytes): receivePresence(bytes, at: node)
        case .publication(let publication):
            switch topic {
            case .one: takeEvents(publication, at: node)
            case .list(let list): take(publication, of: list, at: node)
            case .presence: break
            }
        }
    }

    /// Of the node's own engine: everybody here hears of it at once.
    func take(_ publication: Publication, at node: Node) {
        takeEvents(publication, at: node)
        for list in cast.lists where publication.concerns(list) { take(publication, of: list, at: node) }
    }

    private func takeEvents(_ publication: Publication, at node: Node) {
        let id = publication.id
        guard let watchers = node.watchers[id] else { return }
        node.cases.published(id, version: publication.version)
        for watcher in watchers {
            guard let session = node.sessions[watcher] else { continue }
            for event in publication.events {
                guard let number = event.numbers.of(session.side),
                    let seen = event.event.asSeen(by: session.side)
                else { continue }
                feed(session, id, at: node) { $0.arrived(number, seen) }
            }
            // Published before: a hint to look.
            if publication.events.isEmpty { observe(publication.state, of: id, session, at: node) }
        }
    }

    func observe(_ state: CaseState, of id: CaseID, _ session: Session, at node: Node) {
        let head = LogHead(generation: memory.generation, number: state.head(of: session.side))
        feed(session, id, at: node) { $0.headObserved(head) }
    }

    // MARK: Feeds

    func feed(
        _ session: Session, _ id: CaseID, at node: Node, _ happen: (inout Feed<CaseEvent>) -> FeedAnswer<CaseEvent>
    ) {
        guard var entry = session.feeds[id] else { return }
        let answer = happen(&entry.feed)
        session.feeds[id] = entry
        answer.deliver.forEach { event in
            tell(session, .event(id, subscription: entry.subscription, number: event.number, event.item))
        }
        switch answer.step {
        case .nothing: break
        case .wait(let duration, let token):
            plan(in: duration) { world in
                if node.isAlive { world.feed(session, id, at: node) { $0.waitOver(token) } }
            }
        case .read(let after, let limit, let token):
            let side = session.side
            read(for: node) {
                try $0.events(of: id, for: side, after: after, limit: limit)
            } then: { world, page in
                world.take(page, token, session, id, at: node)
            }
        case .startAfresh:
            complain("node \(node.number) finds \(session.client.person.name) ahead of the log")
        }
    }

    private func take(
        _ page: Result<EventPage, CaseTrouble>?, _ token: FeedToken, _ session: Session, _ id: CaseID, at node: Node
    ) {
        switch page {
        case nil: feed(session, id, at: node) { $0.readFailed(token) }
        case .failure?:
            tell(session, .gone(id, subscription: session.feeds[id]?.subscription ?? 0))
            unsubscribe(session, from: id, at: node)
        case .success(let page)?:
            let events = page.events.compactMap { event in
                event.event.asSeen(by: session.side).flatMap { seen in
                    event.numbers.of(session.side).map { Numbered($0, seen) }
                }
            }
            let head = LogHead(generation: memory.generation, number: page.head)
            feed(session, id, at: node) { $0.page(token, events, head: head) }
        }
    }

    func tell(_ session: Session, _ frame: ToClient) {
        if let line = lines[session.id] { send(frame, to: line) }
    }
}

extension Numbers {
    func of(_ side: Side) -> Int64? {
        switch side {
        case .team: forTeam
        case .guest: forGuest
        }
    }
}
