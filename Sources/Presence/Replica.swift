/// What another node has said of one topic.
///
/// The other node is the only author of its entries and numbers its changes, so there is nothing to reconcile: the
/// newer state is the right one. Each delta names the version it builds on; it is applied to exactly that version,
/// waits a little if it came too early, and is ignored if it is already known. So loss, repetition and reordering can
/// delay what this replica knows, but never make it wrong for good.
struct Replica: Sendable {
    /// Deltas that wait for one that is on its way. Beyond that a snapshot is shorter.
    static let maxEarly = 16

    private struct Assembly {
        let version: UInt64
        var at: UInt64
        var parts: [Int: [PersonStatus]] = [:]
        let count: Int
    }

    private(set) var members: [PersonID: Status] = [:]
    /// The version of the topic that `members` shows; of an empty topic, a version at which it was empty.
    private(set) var held: UInt64 = 0
    /// Whether `members` has been the whole truth at some time since this replica began, or since the broker returned.
    private(set) var isConfirmed = false
    /// A question is on its way or about to be.
    var isAsked = false
    /// What was changed here up to this version of the node is not known yet.
    private var need: UInt64?
    private var early: [PresenceMessage.Delta] = []
    private var assembly: Assembly?

    init(needing version: UInt64) { need = version }

    var isStale: Bool { need != nil || !isConfirmed }

    // MARK: What the node's digests say

    /// The node changed this topic up to `version`.
    mutating func require(_ version: UInt64) {
        if version > held { need = max(need ?? 0, version) }
    }

    /// The node may have changed this topic up to `version`: only an answer can tell.
    mutating func distrust(upTo version: UInt64) { need = max(need ?? 0, version) }

    /// The broker is away: what is known may have become wrong.
    mutating func doubt() {
        isConfirmed = false
        isAsked = false
    }

    /// The node was heard again, and this topic was not among those it changed meanwhile.
    mutating func reassure() {
        if need == nil { isConfirmed = true }
    }

    // MARK: What the node says of its entries. Each returns who may have changed.

    mutating func apply(_ delta: PresenceMessage.Delta) -> [PersonID] {
        guard delta.version > held else { return [] }
        if delta.previous != 0, delta.previous != held {
            need = max(need ?? 0, delta.version)
            if early.count < Self.maxEarly, !early.contains(delta) { early.append(delta) }
            return []
        }
        let changed = advance(by: delta) + catchUp()
        settle(at: held)
        return changed
    }

    mutating func apply(_ snapshot: PresenceMessage.Snapshot) -> [PersonID] {
        guard snapshot.version > held else {
            if snapshot.version == held { settle(at: snapshot.at) }
            return []
        }
        guard let complete = assemble(snapshot) else { return [] }
        var people: [PersonID: Status] = [:]
        for part in complete.parts.values {
            for entry in part { people[entry.person] = entry.status }
        }
        let changed = replace(by: people, at: complete.version) + catchUp()
        settle(at: complete.at)
        return changed
    }

    /// The node's answer that the topic, at its version `at`, is still at `version`; 0: nobody is there.
    mutating func confirm(_ version: UInt64, at: UInt64) -> [PersonID] {
        var changed: [PersonID] = []
        if version == 0, at > held {
            changed = replace(by: [:], at: at) + catchUp()
            settle(at: at)
        } else if version == held || version == 0 {
            settle(at: at)
        }
        return changed
    }

    private mutating func advance(by delta: PresenceMessage.Delta) -> [PersonID] {
        // Nobody was there before: the delta is the whole, whatever was missed.
        var changed: [PersonID] = []
        if delta.previous == 0 {
            changed = Array(members.keys)
            members.removeAll()
        }
        for entry in delta.entries { members[entry.person] = entry.status }
        held = delta.version
        return changed + delta.entries.map(\.person)
    }

    private mutating func replace(by people: [PersonID: Status], at version: UInt64) -> [PersonID] {
        let gone = members.keys.filter { people[$0] == nil }
        let changed = people.filter { members[$0.key] != $0.value }.keys
        members = people
        held = version
        assembly = nil
        return gone + changed
    }

    /// Applies what came too early and fits now.
    private mutating func catchUp() -> [PersonID] {
        var changed: [PersonID] = []
        while true {
            early.removeAll { $0.version <= held }
            guard let index = early.firstIndex(where: { $0.previous == held }) else { return changed }
            changed += advance(by: early.remove(at: index))
        }
    }

    /// `members` is what the node has here at its version `at`.
    private mutating func settle(at: UInt64) {
        guard let need, max(at, held) >= need else { return }
        self.need = nil
        isConfirmed = true
    }

    /// The snapshot, once all of its parts are here. Parts of one version fit together, whichever answer brought them.
    private mutating func assemble(_ snapshot: PresenceMessage.Snapshot) -> Assembly? {
        if let begun = assembly, begun.version > snapshot.version { return nil }
        var next = Assembly(version: snapshot.version, at: snapshot.at, count: snapshot.parts)
        if let begun = assembly, begun.version == snapshot.version, begun.count == snapshot.parts {
            next = begun
        }
        assembly = nil
        next.at = max(next.at, snapshot.at)
        next.parts[snapshot.part] = snapshot.people
        if next.parts.count == next.count { return next }
        assembly = next
        return nil
    }
}
