import CLinux
import Glibc
package import Reactor

/// Wakes one thread that waits for work. Rung from any thread, any number of times: it counts as once.
package final class Bell: Sendable {
    private let descriptor: Int32

    package init() throws(ReactorError) {
        descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard descriptor >= 0 else { throw ReactorError(.system, "eventfd", errno) }
    }

    deinit { close(descriptor) }

    package func ring() { eventfd_write(descriptor, 1) }

    /// Until it is rung, or was since the last wait, and at most so long.
    func wait(atMost duration: Duration) {
        let (seconds, attoseconds) = duration.components
        _ = clinux_wait(descriptor, seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
        var count: eventfd_t = 0
        eventfd_read(descriptor, &count)
    }
}
