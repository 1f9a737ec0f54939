#if FOYER_MUTANTS
import Mutants
#endif

/// How often the heads of what a node watches are compared with the store.
package enum SweepPace {
    /// Always: publications are lost without anybody noticing, and a person does not wait longer than this for the last
    /// message of a case.
    package static let usual: Duration = .seconds(5)
    /// The sweep is then the only thing that carries events between nodes.
    package static let whileBrokerIsAway: Duration = .seconds(1)

    package static func interval(brokerIsAway: Bool) -> Duration {
        brokerIsAway ? whileBrokerIsAway : usual
    }

    /// How long until the next sweep, `elapsed` after the last one began: none when the broker went away meanwhile and
    /// a second has passed.
    package static func wait(elapsed: Duration, brokerIsAway: Bool) -> Duration {
        max(.zero, interval(brokerIsAway: brokerIsAway) - elapsed)
    }
}

/// What a node watches (cases, or the cases of a list), and at which version it has seen each.
///
/// A sweep takes `question`, asks the store, and hands both to `differences`. The comparison is case by case: a global
/// counter or a time stamp would miss what a database commits out of order. What differs stays so until the owner has
/// looked and says so: a look that failed is repeated by the next sweep.
package struct Sweep<ID: Hashable & Comparable & Sendable>: Hashable, Sendable {
    private var versions: [ID: Int64] = [:]

    package init() {}

    package var count: Int { versions.count }

    /// What to ask the store for, as known before it is asked.
    package var question: SweepQuestion<ID> { SweepQuestion(versions: versions) }

    /// The node watches `id`, and has seen it at `version`; 0 when it has not looked yet.
    package mutating func watch(_ id: ID, version: Int64 = 0) { versions[id] = version }

    package mutating func unwatch(_ id: ID) { versions[id] = nil }

    /// The owner has looked in the store and found `version`, which may be lower than it was: a restore.
    package mutating func looked(_ id: ID, version: Int64) {
        guard versions[id] != nil else { return }
        versions[id] = version
    }

    /// The commit that made `version` reached this node. It counts only as the successor of the last one: a later one
    /// says nothing of those between, which may have been for another audience and lost.
    package mutating func published(_ id: ID, version: Int64) {
        guard let known = versions[id], version > known, version == known + 1 else { return }
        versions[id] = version
    }

    /// Where the store says something else than this node knows. In the order of the ids, so that a simulation repeats.
    package func differences(
        _ question: SweepQuestion<ID>, _ answer: [ID: Int64]
    ) -> [SweepDifference<ID>] {
        #if FOYER_MUTANTS
        if Mutants.isPlanted(.sweepBlind) { return [] }
        #endif
        var differences: [SweepDifference<ID>] = []
        for (id, asked) in question.versions {
            guard let known = versions[id] else { continue }
            if let found = answer[id] {
                // The store is older than what was known before it was asked: a restore. It is newer: a loss, unless
                // that arrived while the store was asked.
                if found < asked || found > known { differences.append(.changed(id)) }
            } else {
                differences.append(.gone(id))
            }
        }
        for id in answer.keys where question.versions[id] == nil && versions[id] == nil {
            differences.append(.appeared(id))
        }
        return differences.sorted { $0.id < $1.id }
    }
}

/// The versions a node knew when a sweep began.
package struct SweepQuestion<ID: Hashable & Comparable & Sendable>: Hashable, Sendable {
    fileprivate let versions: [ID: Int64]

    /// In order.
    package var ids: [ID] { versions.keys.sorted() }
}

package enum SweepDifference<ID: Hashable & Comparable & Sendable>: Hashable, Sendable {
    /// The feeds of this case must look again.
    case changed(ID)
    /// The store does not have it, or not in this list.
    case gone(ID)
    /// The list has one more.
    case appeared(ID)

    package var id: ID {
        switch self {
        case .changed(let id), .gone(let id), .appeared(let id): id
        }
    }
}
