import CaseMachine
import Presence

// Who is here and who is typing: the product's `PresenceNode`, whose messages the broker loses like all others.
extension World {
    func newPresence(high: UInt64, low: UInt64, now: Duration) -> PresenceNode {
        PresenceNode(id: NodeID(high: high, low: low), now: now)
    }

    func connected(_ session: Session, at node: Node) {
        let moment = now + node.upSince
        node.presence.connected(session.socket, session.client.presenceID, session.client.status, now: moment)
        planPresence(of: node)
    }

    func disconnected(_ session: Session, at node: Node) {
        node.presence.disconnected(session.socket, now: now + node.upSince)
        planPresence(of: node)
    }

    func join(_ session: Session, _ id: CaseID, at node: Node) {
        node.presence.watch(topic(id), now: now + node.upSince)
        node.presence.joined(session.socket, topic(id), now: now + node.upSince)
        planPresence(of: node)
    }

    func leave(_ session: Session, _ id: CaseID, at node: Node) {
        node.presence.left(session.socket, topic(id), now: now + node.upSince)
        if node.watchers[id] == [session.id] { node.presence.unwatch(topic(id), now: now + node.upSince) }
        planPresence(of: node)
    }

    func typed(_ session: Session, _ id: CaseID, at node: Node) {
        node.presence.typed(session.socket, topic(id), for: .everyone, now: now + node.upSince)
        planPresence(of: node)
    }

    func presenceLosesBroker(_ node: Node) {
        node.presence.brokerLost(now: now + node.upSince)
        planPresence(of: node)
    }

    func presenceRegainsBroker(_ node: Node) {
        node.presence.brokerRecovered(now: now + node.upSince)
        planPresence(of: node)
    }

    func receivePresence(_ bytes: [UInt8], at node: Node) {
        guard let message = PresenceMessage(decoding: bytes) else {
            return complain("a presence message does not survive its own bytes")
        }
        node.presence.received(message, now: now + node.upSince)
        planPresence(of: node)
    }

    func planPresence(of node: Node) {
        guard node.isAlive, let next = node.presence.nextTick else { return }
        node.presencePlan += 1
        let planned = node.presencePlan
        plan(at: next - node.upSince) { world in
            guard node.isAlive, node.presencePlan == planned else { return }
            world.tick(node)
            world.planPresence(of: node)
        }
    }

    private func tick(_ node: Node) {
        for output in node.presence.tick(now: now + node.upSince) {
            switch output {
            case .publish(let message): publish(.presence(message.encoded()), on: .presence, from: node)
            case .show, .showTyping: break
            }
        }
    }

    /// Everybody who is really in a case, whatever node they are at, and nobody else; what is wrong, in words.
    func presenceComplaint() -> String? {
        for node in nodes {
            for id in node.watchers.keys.sorted() {
                let shown = node.presence.people(in: topic(id)).map(\.person)
                let here = nodes.flatMap { node in
                    node.sessionIDs.compactMap { node.sessions[$0] }
                        .filter { node.watchers[id]?.contains($0.id) == true }.map(\.client.presenceID)
                }
                let expected = Set(here).sorted()
                guard shown == expected else {
                    let case_ = "case \(oracle.place(of: id))"
                    return "node \(node.number) shows \(shown.map(\.value)) in \(case_), and there are "
                        + "\(expected.map(\.value))"
                }
                guard node.presence.isComplete(topic(id)) else {
                    return "node \(node.number) does not know who is in case \(oracle.place(of: id))"
                }
                guard node.presence.typists(in: topic(id)).isEmpty else {
                    return "node \(node.number) shows somebody typing in case \(oracle.place(of: id)) for ever"
                }
            }
        }
        return nil
    }

    private func topic(_ id: CaseID) -> TopicID { TopicID(kind: 1, value: id.value) }
}

extension Session {
    fileprivate var socket: SocketID { SocketID(UInt64(id)) }
}

extension Client {
    fileprivate var presenceID: PersonID { PersonID(kind: 1, value: Int64(number)) }
    fileprivate var status: Status { Status(.visible, on: .phone) }
}
