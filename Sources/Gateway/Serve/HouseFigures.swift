/// What the process tells about itself.
package final class HouseFigures: Sendable {
    private let start = ContinuousClock.now

    package init() {}

    package var uptimeSeconds: Int { Int((ContinuousClock.now - start).components.seconds) }
}
