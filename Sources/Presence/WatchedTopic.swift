/// A topic that somebody on this node watches: what every other node says of it, and what its watchers were told.
///
/// Only people who were marked are looked at, so a diff costs as much as changed, not as the topic is large.
struct WatchedTopic: Sendable {
    enum Shown: Equatable, Sendable {
        case here(Status)
        case unknown
    }

    /// What is true of a person now, before any grace.
    enum Truth: Equatable {
        case here(Status)
        case unknown
        case absent
    }

    var replicas: [NodeID: Replica] = [:]
    private(set) var shown: [PersonID: Shown] = [:]
    /// Who is no longer here but still appears so, and until when.
    private var lingering: [PersonID: Duration] = [:]
    /// Who may have changed, each with the last sign of life that is known of what they may have lost.
    private var marked: [PersonID: Duration] = [:]
    private var shownComplete: Bool?

    /// A person is away when `grace` has passed since the last sign of any of their sockets.
    mutating func mark(_ person: PersonID, lastSign: Duration) {
        marked[person] = max(marked[person] ?? lastSign, lastSign)
    }

    /// Whom to look at again. The caller finds out what is true of each, and tells `show`.
    mutating func takeMarked() -> [(person: PersonID, lastSign: Duration)] {
        defer { marked.removeAll() }
        return marked.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// Adds to the diff what watchers must learn of this person. Returns when a grace that began now will end.
    mutating func show(
        _ person: PersonID, _ truth: Truth, lastSign: Duration, grace: Duration, now: Duration,
        in diff: inout PresenceDiff
    ) -> Duration? {
        switch truth {
        case .here(let status): show(person, status, &diff)
        case .unknown: showUnknown(person, &diff)
        case .absent: return showAbsent(person, graceEnd: lastSign + grace, now, &diff)
        }
        return nil
    }

    /// Whether this diff is worth sending.
    mutating func isNews(_ diff: PresenceDiff) -> Bool {
        defer { shownComplete = diff.isComplete }
        return !diff.isEmpty || shownComplete != diff.isComplete
    }

    private mutating func show(_ person: PersonID, _ status: Status, _ diff: inout PresenceDiff) {
        lingering[person] = nil
        let was = shown.updateValue(.here(status), forKey: person)
        if was == nil {
            diff.joined.append(PersonStatus(person, status))
        } else if was != .here(status) {
            diff.changed.append(PersonStatus(person, status))
        }
    }

    private mutating func showUnknown(_ person: PersonID, _ diff: inout PresenceDiff) {
        lingering[person] = nil
        // Somebody who was never shown stays so: `isComplete` says already that absence means nothing now.
        guard let was = shown[person], was != .unknown else { return }
        shown[person] = .unknown
        diff.unknown.append(person)
    }

    private mutating func showAbsent(
        _ person: PersonID, graceEnd: Duration, _ now: Duration, _ diff: inout PresenceDiff
    ) -> Duration? {
        guard shown[person] != nil else { return nil }
        let deadline = max(graceEnd, lingering[person] ?? graceEnd)
        if deadline <= now {
            lingering[person] = nil
            shown[person] = nil
            diff.left.append(person)
            return nil
        }
        return lingering.updateValue(deadline, forKey: person) == deadline ? nil : deadline
    }
}
