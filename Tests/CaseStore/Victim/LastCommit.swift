import Synchronization

/// Whether the commit has come in which the process is to die.
final class LastCommit: Sendable {
    private let reached = Atomic<Bool>(false)

    var isReached: Bool { reached.load(ordering: .acquiring) }

    func reach() { reached.store(true, ordering: .releasing) }
}
