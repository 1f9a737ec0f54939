import Synchronization

/// What the process tells about itself, counted over all loops.
package final class HouseFigures: Sendable {
    private let liveConnections = Atomic(0)
    private let liveMessages = Atomic(0)
    private let start = ContinuousClock.now

    package init() {}

    /// Open connections to `/live`.
    package var connections: Int { liveConnections.load(ordering: .relaxed) }
    /// Messages that came in on them since the start.
    package var messages: Int { liveMessages.load(ordering: .relaxed) }
    package var uptimeSeconds: Int { Int((ContinuousClock.now - start).components.seconds) }

    func opened() { liveConnections.wrappingAdd(1, ordering: .relaxed) }
    func closed() { liveConnections.wrappingSubtract(1, ordering: .relaxed) }
    func received() { liveMessages.wrappingAdd(1, ordering: .relaxed) }
}
