/// How many there are, for metrics: whoever they are.
package struct PresenceCensus: Hashable, Sendable {
    /// With a socket at this node.
    package let people: Int
    /// Where they are.
    package let topics: Int
    /// Other nodes that are alive as far as this one knows.
    package let peers: Int
}

extension PresenceNode {
    package var census: PresenceCensus {
        PresenceCensus(people: own.peopleCount, topics: own.topicCount, peers: peers.count)
    }
}
