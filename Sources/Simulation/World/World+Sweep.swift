import CaseMachine
import CaseStore
import Feed
import Gateway

// The broker is a hint, the log is the truth: what a node watches is compared with the store, by the product's `Sweep`.
extension World {
    func planSweep(of node: Node) {
        node.sweepPlan += 1
        let planned = node.sweepPlan
        let wait = SweepPace.wait(elapsed: now - node.lastSweep, brokerIsAway: !node.hasBroker)
        plan(in: wait) { world in
            guard node.isAlive, node.sweepPlan == planned else { return }
            node.lastSweep = world.now
            world.sweep(node)
            world.planSweep(of: node)
        }
    }

    private func sweep(_ node: Node) {
        let question = node.cases.question
        if !question.ids.isEmpty {
            read(for: node) {
                try $0.versions(of: question.ids)
            } then: { world, answer in
                guard let answer else { return }
                for difference in node.cases.differences(question, answer) { world.look(at: difference.id, node) }
            }
        }
        for list in cast.lists where node.lists[list] != nil { sweep(list, at: node) }
    }

    private func look(at id: CaseID, _ node: Node) {
        read(for: node) {
            try $0.load([id])
        } then: { world, found in
            switch found?.first {
            case nil: break
            case .success(let found)?:
                node.cases.looked(id, version: found.version)
                for watcher in node.watchers[id] ?? [] {
                    if let session = node.sessions[watcher] { world.observe(found.state, of: id, session, at: node) }
                }
            case .failure?:
                for watcher in node.watchers[id] ?? [] {
                    guard let session = node.sessions[watcher] else { continue }
                    world.tell(session, .gone(id, subscription: session.feeds[id]?.subscription ?? 0))
                    world.unsubscribe(session, from: id, at: node)
                }
            }
        }
    }

    // MARK: Lists

    /// A socket has the list in front of it from here on.
    func show(_ list: CaseList, to session: Session, at node: Node) {
        node.lists[list, default: ListWatch()].sessions.append(session.id)
        listen(to: .list(list), at: node)
        read(for: node) {
            try $0.versions(in: list, after: nil, limit: 10_000)
        } then: { world, cases in
            guard let cases else { return world.showAgain(list, to: session, at: node) }
            for found in cases { world.hear(found.id, found.version, isIn: true, list, at: node) }
            // Also what was known before, which this socket has not been told.
            for found in cases { world.tell(session, .listed(list, found.id, found.version, isIn: true)) }
        }
    }

    private func showAgain(_ list: CaseList, to session: Session, at node: Node) {
        plan(in: .seconds(1)) { world in
            guard node.isAlive, node.sessions[session.id] != nil else { return }
            node.lists[list]?.sessions.removeAll { $0 == session.id }
            world.show(list, to: session, at: node)
        }
    }

    func take(_ publication: Publication, of list: CaseList, at node: Node) {
        guard node.lists[list] != nil else { return }
        let isIn = CaseColumns(publication.state).belong(to: list)
        hear(publication.id, publication.version, isIn: isIn, list, at: node)
    }

    private func hear(_ id: CaseID, _ version: Int64, isIn: Bool, _ list: CaseList, at node: Node) {
        guard let known = node.lists[list]?.heard[id] ?? 0 as Int64?, version > known, node.lists[list] != nil else {
            return
        }
        node.lists[list]?.heard[id] = version
        if isIn { node.lists[list]?.sweep.watch(id, version: version) } else { node.lists[list]?.sweep.unwatch(id) }
        for session in node.lists[list]?.sessions ?? [] {
            if let session = node.sessions[session] { tell(session, .listed(list, id, version, isIn: isIn)) }
        }
    }

    private func sweep(_ list: CaseList, at node: Node) {
        guard let question = node.lists[list]?.sweep.question else { return }
        read(for: node) {
            try $0.versions(in: list, after: nil, limit: 10_000)
        } then: { world, cases in
            guard let cases, let watch = node.lists[list] else { return }
            let answer = Dictionary(uniqueKeysWithValues: cases.map { ($0.id, $0.version) })
            for difference in watch.sweep.differences(question, answer) {
                world.look(at: difference.id, of: list, node)
            }
        }
    }

    private func look(at id: CaseID, of list: CaseList, _ node: Node) {
        read(for: node) {
            try ($0.load([id]), $0.versions(of: [id]))
        } then: { world, found in
            guard let found, let version = found.1[id] else { return }
            switch found.0.first {
            case nil: break
            case .success(let found)?:
                let isIn = CaseColumns(found.state).belong(to: list)
                world.hear(id, found.version, isIn: isIn, list, at: node)
            case .failure?: world.hear(id, version, isIn: false, list, at: node)
            }
        }
    }
}
