import CLinux
import Glibc
import Synchronization

/// One descriptor held back for the whole process, so that a connection can still be accepted, told and closed when the
/// table of descriptors is full. Otherwise such a connection would stay in the listener's queue and wake the loop again
/// and again.
///
/// The loops share it: with one each, a loop would snatch the place that another has just freed for a moment.
final class DescriptorReserve: Sendable {
    private let held: Mutex<Int32>
    /// Some loop is using the reserve: others wait before they accept.
    private let isInUse = Atomic(false)

    init() {
        held = Mutex(Self.open())
    }

    deinit {
        held.withLock { if $0 >= 0 { close($0) } }
    }

    enum Outcome {
        /// A connection was accepted and turned away.
        case turnedAway
        /// Nobody waited.
        case nobody
        /// The place was lost to somebody else.
        case unavailable
    }

    /// Frees the place, lets `turnAway` deal with the next connection, which it must close, and takes the place back.
    func turnAwayNext(of listener: Int32, _ turnAway: (Int32) -> Void) -> Outcome {
        held.withLock { held in
            if held < 0 { held = Self.open() }
            guard held >= 0 else { return .unavailable }
            isInUse.store(true, ordering: .relaxed)
            defer { isInUse.store(false, ordering: .relaxed) }
            close(held)
            var peer = clinux_address()
            let descriptor = clinux_accept(listener, &peer)
            let error = errno
            if descriptor >= 0 { turnAway(descriptor) }
            held = Self.open()
            if descriptor >= 0 { return .turnedAway }
            return error == EAGAIN ? .nobody : .unavailable
        }
    }

    /// Called before accepting: while another loop uses the reserve, its place is not for us.
    @inline(__always)
    func waitForTurn() {
        if isInUse.load(ordering: .relaxed) { held.withLock { _ in } }
    }

    private static func open() -> Int32 { Glibc.open("/dev/null", O_RDONLY | O_CLOEXEC) }
}
