// What other nodes say. A node exists for us from its first digest until it is silent for too long or says goodbye;
// of a node that does not exist for us, only questions are heard.

extension PresenceNode {
    /// Other nodes at one time; one more is ignored until another has gone.
    static let maxPeers = 1_024

    package mutating func received(_ message: PresenceMessage, now: Duration) {
        advance(to: now)
        guard isBrokerUp, !hasLeft, message.sender != id else { return }
        switch message {
        case .digest(let digest): receive(digest)
        case .delta(let delta):
            guard peers[delta.node] != nil else { return }
            entriesHandled += delta.entries.count
            let changed = watched[delta.topic]?.replicas[delta.node]?.apply(delta) ?? []
            replicaChanged(changed, delta.node, delta.topic)
        case .ask(let ask):
            guard ask.of == id else { return }
            for question in ask.topics { toAnswer[question.topic, default: []].insert(question.version) }
            flushSoon()
        case .current(let current):
            for topic in current.topics where peers[current.node] != nil {
                let changed =
                    watched[topic.topic]?.replicas[current.node]?.confirm(topic.version, at: current.at) ?? []
                replicaChanged(changed, current.node, topic.topic)
            }
        case .snapshot(let snapshot):
            guard peers[snapshot.node] != nil else { return }
            entriesHandled += snapshot.people.count
            let changed = watched[snapshot.topic]?.replicas[snapshot.node]?.apply(snapshot) ?? []
            replicaChanged(changed, snapshot.node, snapshot.topic)
        case .typing(let news):
            guard peers[news.node] != nil else { return }
            typing.receive(news, now: clock)
            if typing.hasNews { flushSoon() }
        case .goodbye(let node):
            graves.bury(node, round: nil)
            // Their last sign is this word: whoever finds another node within the grace never appears away.
            remove(node, lastSign: clock)
        }
    }

    private mutating func replicaChanged(_ people: [PersonID], _ node: NodeID, _ topic: TopicID) {
        guard let replica = watched[topic]?.replicas[node] else { return }
        mark(people, in: topic, lastSign: clock)
        if replica.isStale {
            askSoon(node, topic, patience: settings.coalescing)
        } else {
            // Watchers may learn from this that the topic is complete.
            touch(topic)
        }
    }

    private mutating func receive(_ digest: PresenceMessage.Digest) {
        guard let peer = peers[digest.node] else { return meet(digest) }
        guard digest.round >= peer.round else { return }
        if digest.round > peer.round {
            // Only news proves that somebody lives; a repeated message proves nothing.
            peers[digest.node]?.round = digest.round
            peers[digest.node]?.lastHeard = clock
        }
        if digest.to > peer.known {
            compare(digest, known: peer.known)
            peers[digest.node]?.known = digest.to
        }
        if !peer.isHeard { hearAgain(digest.node) }
    }

    /// A digest is the only way to be met: it says which node this is and how far it has come.
    private mutating func meet(_ digest: PresenceMessage.Digest) {
        let node = digest.node
        guard graves.mayReturn(node, round: digest.round), peers.count < Self.maxPeers else { return }
        peers[node] = Peer(known: digest.to, round: digest.round, lastHeard: clock)
        for topic in watched.keys {
            watched[topic]?.replicas[node] = Replica(needing: digest.to)
            askSoon(node, topic)
            touch(topic)
        }
        // It does not know us either, most likely.
        digestAt = min(digestAt, clock + settings.coalescing)
    }

    private mutating func compare(_ digest: PresenceMessage.Digest, known: UInt64) {
        if digest.from <= known {
            for changed in digest.topics {
                watched[changed.topic]?.replicas[digest.node]?.require(changed.version)
                askIfStale(digest.node, changed.topic)
            }
        } else {
            // Digests were missed too, so it may be any topic. Asking costs a line each; only what differs is sent.
            for topic in watched.keys {
                watched[topic]?.replicas[digest.node]?.distrust(upTo: digest.to)
                askIfStale(digest.node, topic)
            }
        }
    }

    /// For the first time since the broker came back.
    private mutating func hearAgain(_ node: NodeID) {
        peers[node]?.isHeard = true
        for topic in watched.keys {
            watched[topic]?.replicas[node]?.reassure()
            markMembers(of: node, in: topic, lastSign: clock)
            askIfStale(node, topic)
            touch(topic)
        }
    }

    private mutating func askIfStale(_ node: NodeID, _ topic: TopicID) {
        if watched[topic]?.replicas[node]?.isStale == true { askSoon(node, topic) }
    }

    /// A node has ended, or is taken to have.
    mutating func remove(_ node: NodeID, lastSign: Duration) {
        guard peers.removeValue(forKey: node) != nil else { return }
        toAsk[node] = nil
        for topic in watched.keys {
            markMembers(of: node, in: topic, lastSign: lastSign)
            watched[topic]?.replicas[node] = nil
            touch(topic)
        }
        typing.forget(node)
        flushSoon()
    }
}
