import CaseMachine
import Synchronization

/// What stands in a case's log and in every list, so that it is not looked up each time: its subject, which is in its first
/// event, and when its newest one was written.
final class KnownFacts: Sendable {
    private struct Sight: Hashable {
        let id: CaseID
        let side: Side
    }

    private struct Newest {
        let number: Int64
        let at: Timestamp
    }

    private struct Facts {
        var subjects: Halves<CaseID, String>
        var newest: Halves<Sight, Newest>
    }

    private let facts: Mutex<Facts>

    /// `bound`: of each kind.
    init(bound: Int) {
        facts = Mutex(Facts(subjects: Halves(bound: bound), newest: Halves(bound: 2 * bound)))
    }

    func subject(of id: CaseID) -> String? { facts.withLock { $0.subjects[id] } }

    func learn(subject: String, of id: CaseID) { facts.withLock { $0.subjects.learn(subject, of: id) } }

    /// When the event was written that has this number for the side; nil if that is not known, or not the newest known.
    func moment(of number: Int64, in id: CaseID, for side: Side) -> Timestamp? {
        facts.withLock { facts in
            guard let newest = facts.newest[Sight(id: id, side: side)], newest.number == number else { return nil }
            return newest.at
        }
    }

    func learn(moment: Timestamp, of number: Int64, in id: CaseID, for side: Side) {
        facts.withLock { $0.newest.learn(Newest(number: number, at: moment), of: Sight(id: id, side: side)) }
    }

    /// The case was erased, and with it what it was about.
    func forget(_ id: CaseID) { facts.withLock { $0.subjects.forget(id) } }
}

/// A cache in two halves: when the younger is full, the older goes.
private struct Halves<Key: Hashable, Value> {
    private let half: Int
    private var young: [Key: Value] = [:]
    private var old: [Key: Value] = [:]

    init(bound: Int) { half = max(1, bound / 2) }

    subscript(key: Key) -> Value? { young[key] ?? old[key] }

    mutating func learn(_ value: Value, of key: Key) {
        if young.count >= half, young[key] == nil {
            old = young
            young = [:]
        }
        young[key] = value
    }

    mutating func forget(_ key: Key) {
        young[key] = nil
        old[key] = nil
    }
}
