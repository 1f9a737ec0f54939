import Synchronization
import Wire

/// Set once, by any thread.
final class OneWaySwitch: Sendable {
    private let value = Atomic(false)

    var isSet: Bool { value.load(ordering: .relaxed) }
    func set() { value.store(true, ordering: .relaxed) }
}

/// How far a run has come, as its loops report it and its conductor reads it.
final class Progress: Sendable {
    /// What is counted, by the loops.
    enum Count: Int, CaseIterable {
        case intended, acknowledged, deliverable, delivered, refused, retried, reconnected, readersDone
        /// Messages that onlookers have received, each at each socket.
        case heard
        /// Onlookers that follow their case, and have everything of it.
        case inPlace
    }

    /// What happens once for each, before the load begins.
    struct Arrivals {
        var teams: [Int: [WelcomeTeam]] = [:]
        /// Cases by guest, since last asked.
        var opened: [(guest: Int, caseID: String)] = []
        var paired: [(member: Int, caseID: String)] = []
        var failures: [String] = []
    }

    private let counts = Mutex([Int](repeating: 0, count: Count.allCases.count))
    private let arrivals = Mutex(Arrivals())

    func add(_ count: Count, _ number: Int = 1) { counts.withLock { $0[count.rawValue] += number } }
    subscript(count: Count) -> Int { counts.withLock { $0[count.rawValue] } }

    func arrived(_ body: (inout sending Arrivals) -> Void) { arrivals.withLock { body(&$0) } }

    func fail(_ reason: String) { arrivals.withLock { $0.failures.append(reason) } }

    var failure: String? { arrivals.withLock { $0.failures.first } }
    var teams: [Int: [WelcomeTeam]] { arrivals.withLock { $0.teams } }
    var pairedCount: Int { arrivals.withLock { $0.paired.count } }

    func takeOpened() -> [(guest: Int, caseID: String)] {
        arrivals.withLock { arrivals in
            let opened = arrivals.opened
            arrivals.opened = []
            return opened
        }
    }
}
