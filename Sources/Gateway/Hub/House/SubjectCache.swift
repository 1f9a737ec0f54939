import CaseMachine
import Synchronization

/// What stands in the first event of a log and in every list: cases' subjects. Two halves; when the younger is full, the
/// older goes.
final class SubjectCache: Sendable {
    private struct Halves {
        var young: [CaseID: String] = [:]
        var old: [CaseID: String] = [:]
    }

    private let half: Int
    private let halves = Mutex(Halves())

    init(bound: Int) { half = max(1, bound / 2) }

    subscript(id: CaseID) -> String? { halves.withLock { $0.young[id] ?? $0.old[id] } }

    func learn(_ subject: String, of id: CaseID) {
        halves.withLock { halves in
            if halves.young.count >= half {
                halves.old = halves.young
                halves.young = [:]
            }
            halves.young[id] = subject
        }
    }

    /// The case was erased, and with it what it was about.
    func forget(_ id: CaseID) {
        halves.withLock { halves in
            halves.young[id] = nil
            halves.old[id] = nil
        }
    }

    var count: Int { halves.withLock { $0.young.count + $0.old.count } }
}
