/// Nodes that ended, and the last digest that was heard of each: a late message must not raise their ghosts.
struct Graves: Sendable {
    /// A cluster restarts a few nodes a day; the oldest is forgotten.
    static let maxGraves = 1_024

    private var lastRound: [NodeID: UInt64] = [:]
    private var order: [NodeID] = []

    /// A node that was only cut off returns with a later digest; one that said goodbye (`round` nil) never does.
    mutating func bury(_ node: NodeID, round: UInt64?) {
        if lastRound[node] == nil { order.append(node) }
        lastRound[node] = max(lastRound[node] ?? 0, round ?? .max)
        if order.count > Self.maxGraves { lastRound[order.removeFirst()] = nil }
    }

    func mayReturn(_ node: NodeID, round: UInt64) -> Bool { lastRound[node].map { round > $0 } ?? true }
}
