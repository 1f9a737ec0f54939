import Presence
import Wire

/// What a loop was told of a topic that some of its sockets look at.
struct TopicMirror {
    private(set) var people: [PersonID: PersonPresence] = [:]
    private(set) var isComplete = false
    /// Something was heard: before, nobody can be said to be away.
    private(set) var isKnown = false
    var typists: [Presence.Typist] = []
    var watchers: [SocketSession] = []

    /// Takes over what has changed; answers who, and how they are now.
    mutating func apply(_ diff: PresenceDiff) -> [PersonID: PersonPresence] {
        var changes: [PersonID: PersonPresence] = [:]
        for person in diff.joined + diff.changed { changes[person.person] = PersonPresence(person.status) }
        for person in diff.left { changes[person] = .away }
        for person in diff.unknown { changes[person] = .unknown }
        for (person, state) in changes { people[person] = state == .away ? nil : state }
        isComplete = diff.isComplete
        isKnown = true
        return changes
    }

    mutating func replace(_ all: [PersonStatus], isComplete: Bool, _ typists: [Presence.Typist]) {
        people = Dictionary(all.map { ($0.person, PersonPresence($0.status)) }) { first, _ in first }
        self.isComplete = isComplete
        self.typists = typists
        isKnown = true
    }

    /// For guests: whether anybody of the team is there.
    var aggregate: TeamPresence {
        let states = people.filter { $0.key.memberID != nil }.values
        if states.contains(where: { $0 == .visible || $0 == .online }) { return .here }
        return isComplete && !states.contains(.unknown) ? .away : .unknown
    }
}

extension PersonPresence {
    init(_ status: Status) {
        switch status.attention {
        case .visible: self = .visible
        case .online: self = .online
        case .idle: self = .idle
        }
    }
}
