/// The nodes that one client goes to, in turn: the one where it is, and where it goes when that one is away.
package struct NodeRing: Hashable, Sendable {
    private let nodes: Range<Int>
    package private(set) var current: Int

    /// `nodes` must not be empty. Clients with turns in a row begin at nodes in a row.
    package init(_ nodes: Range<Int>, turn: Int) {
        precondition(!nodes.isEmpty && turn >= 0, "a client needs somewhere to go: \(nodes), turn \(turn)")
        self.nodes = nodes
        current = nodes.lowerBound + turn % nodes.count
    }

    package mutating func moveOn() {
        current = current + 1 < nodes.upperBound ? current + 1 : nodes.lowerBound
    }
}

/// How long a client waits before it tries again: full jitter, up to a bound that doubles, as the pages do
/// (web/shared/backoff.js). All times in microseconds.
package struct Backoff: Hashable, Sendable {
    package static let first: Int64 = 500_000
    private let longest: Int64
    private var bound = Self.first

    /// `longest` is at least `first`.
    package init(longest: Int64) { self.longest = max(Self.first, longest) }

    package mutating func next(using numbers: inout some RandomNumberGenerator) -> Int64 {
        defer { bound = bound > longest / 2 ? longest : bound * 2 }
        return Int64.random(in: 0...bound, using: &numbers)
    }

    package mutating func reset() { bound = Self.first }
}
