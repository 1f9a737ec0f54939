import CaseMachine
import CaseStore
import Gateway

/// A socket between a client and a node: keeps the order, breaks at any time, and then each end notices by itself.
final class Line {
    let id: Int
    let client: Client
    let node: Node
    /// As the client sees it.
    var isUp = true
    /// There is a session at the other end.
    var isReady = false
    var toNodeFreeAt: Duration = .zero
    var toClientFreeAt: Duration = .zero

    init(id: Int, client: Client, node: Node) {
        self.id = id
        self.client = client
        self.node = node
    }
}

enum ToNode {
    case command(tag: UInt64, CommandKey?, CaseCommand)
    case subscribe(CaseID, after: Int64, subscription: Int)
    case unsubscribe(CaseID)
    case typing(CaseID)
}

enum ToClient {
    case reply(tag: UInt64, Reply)
    case event(CaseID, subscription: Int, number: Int64, CaseEvent)
    case listed(CaseList, CaseID, Int64, isIn: Bool)
    /// The case cannot be read any more.
    case gone(CaseID, subscription: Int)
}

extension World {
    func connect(_ client: Client) {
        guard client.line == nil, !client.isAway else { return }
        guard let node = dice.pick(nodes.filter(\.isAlive)) else {
            return plan(in: .milliseconds(300)) { $0.connect(client) }
        }
        lastLine += 1
        let line = Line(id: lastLine, client: client, node: node)
        lines[line.id] = line
        client.line = line
        note("connect", Int64(client.number), node.number)
        plan(in: dice.microseconds(300...20_000)) { world in
            guard node.isAlive else { return world.breakLine(line) }
            guard line.isUp else { return }
            let session = Session(id: line.id, client: client)
            node.sessions[session.id] = session
            line.isReady = true
            world.connected(session, at: node)
            world.holdMembers(of: node)
            for list in client.person.lists { world.show(list, to: session, at: node) }
            world.resume(client)
        }
    }

    /// Also for whoever comes back: the node says which members it holds.
    private func holdMembers(of node: Node) {
        node.engine.advance(to: moment(at: node))
        node.engine.hold(Set(node.sessions.values.compactMap { $0.client.person.actor.member }))
        pump(node)
    }

    func send(_ frame: ToNode, on line: Line) {
        guard line.isUp, line.isReady else { return }
        let moment = max(line.toNodeFreeAt, now + dice.microseconds(100...30_000))
        line.toNodeFreeAt = moment
        plan(at: moment) { world in
            let node = line.node
            guard node.isAlive, let session = node.sessions[line.id] else { return }
            world.receive(frame, of: session, at: node)
            if case .command = frame, world.strikes(.commandRepeated, world.weather.commandRepeated) {
                world.receive(frame, of: session, at: node)
            }
        }
    }

    func send(_ frame: ToClient, to line: Line) {
        let moment = max(line.toClientFreeAt, now + dice.microseconds(100...30_000))
        line.toClientFreeAt = moment
        plan(at: moment) { world in
            guard line.isUp else { return }
            world.receive(frame, at: line.client)
        }
    }

    /// The client sees it at once. The node may go on for a while with a socket that leads nowhere.
    func breakLine(_ line: Line) {
        guard line.isUp else { return }
        line.isUp = false
        note("break", Int64(line.client.number), line.node.number)
        let isHalfOpen = strikes(.lineHalfOpen, 300)
        plan(in: isHalfOpen ? dice.milliseconds(100...6000) : .zero) { world in
            world.lines[line.id] = nil
            guard line.node.isAlive else { return }
            world.endSession(line.id, at: line.node)
        }
        line.client.lineBroke()
        plan(in: isCalm ? dice.milliseconds(50...500) : dice.milliseconds(20...4000)) { $0.connect(line.client) }
    }

    private func endSession(_ id: Int, at node: Node) {
        guard let session = node.sessions[id] else { return }
        for id in session.feeds.keys.sorted() { unsubscribe(session, from: id, at: node) }
        disconnected(session, at: node)
        node.sessions[id] = nil
        for list in cast.lists where node.lists[list] != nil {
            node.lists[list]?.sessions.removeAll { $0 == id }
            if node.lists[list]?.sessions.isEmpty == true {
                node.lists[list] = nil
                stopListening(to: .list(list), at: node)
            }
        }
        holdMembers(of: node)
    }
}
