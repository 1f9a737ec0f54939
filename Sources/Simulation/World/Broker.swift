import CaseMachine
import CaseStore
import Gateway

enum Topic: Hashable {
    case one(CaseID)
    case list(CaseList)
    case presence
}

/// What travels between nodes.
enum Parcel {
    case publication(Publication)
    case presence([UInt8])
}

/// Who listens to what, as the broker sees it. It keeps nothing.
final class Broker {
    private var listeners: [Topic: [Node]] = [:]

    func add(_ node: Node, to topic: Topic) {
        remove(node, from: topic)
        listeners[topic, default: []].append(node)
    }

    func remove(_ node: Node, from topic: Topic) { listeners[topic]?.removeAll { $0 === node } }

    func forget(_ node: Node) {
        for topic in listeners.keys { remove(node, from: topic) }
    }

    func listeners(of topic: Topic) -> [Node] { listeners[topic] ?? [] }
}

extension World {
    func publish(_ parcel: Parcel, on topic: Topic, from node: Node) {
        guard node.hasBroker else { return }
        for other in broker.listeners(of: topic) where other !== node {
            guard !strikes(.publicationLost, stalled ? 1000 : weather.publicationLost) else { continue }
            for _ in 0..<(strikes(.publicationRepeated, weather.publicationRepeated) ? 2 : 1) {
                let isLate = strikes(.publicationDelayed, weather.publicationDelayed)
                plan(in: isLate ? dice.milliseconds(1...900) : dice.microseconds(200...3000)) { world in
                    guard other.isAlive, other.hasBroker else { return }
                    world.receive(parcel, on: topic, at: other)
                }
            }
        }
    }

    /// A node listens from when the broker has heard it, and knows it a little later.
    func listen(to topic: Topic, at node: Node) {
        guard node.topics[topic] == nil else { return }
        node.topics[topic] = .asked
        guard node.hasBroker else { return }
        subscribe(node, to: topic)
    }

    private func subscribe(_ node: Node, to topic: Topic) {
        plan(in: dice.microseconds(200...4000)) { world in
            guard node.isAlive, node.hasBroker, node.topics[topic] != nil else { return }
            world.broker.add(node, to: topic)
            world.plan(in: world.dice.microseconds(200...4000)) { world in
                guard node.isAlive, node.hasBroker, node.topics[topic] != nil else { return }
                node.topics[topic] = .confirmed
                if case .one(let id) = topic { world.confirmed(id, at: node) }
            }
        }
    }

    func stopListening(to topic: Topic, at node: Node) {
        node.topics[topic] = nil
        broker.remove(node, from: topic)
    }

    /// The node's connection to the broker is gone, and it knows.
    func loseBroker(_ node: Node) {
        guard node.isAlive, node.hasBroker else { return }
        coverage.had(.brokerAway)
        note("broker away", node.number)
        node.hasBroker = false
        broker.forget(node)
        for topic in node.topics.keys { node.topics[topic] = .asked }
        for id in node.watchers.keys.sorted() { subscriptionLost(id, at: node) }
        presenceLosesBroker(node)
        planSweep(of: node)
    }

    func regainBroker(_ node: Node) {
        guard node.isAlive, !node.hasBroker else { return }
        note("broker back", node.number)
        node.hasBroker = true
        presenceRegainsBroker(node)
        subscribe(node, to: .presence)
        for id in node.watchers.keys.sorted() { subscribe(node, to: .one(id)) }
        // In the order in which a person would list them: any, as long as it is the same each time.
        for list in cast.lists where node.lists[list] != nil { subscribe(node, to: .list(list)) }
    }
}
