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
    /// Some loop is using the reserve, or it is lost: whoever accepts meanwhile may have taken its place.
    private let isTight = Atomic(false)

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
            isTight.store(true, ordering: .sequentiallyConsistent)
            defer { isTight.store(held < 0, ordering: .sequentiallyConsistent) }
            guard held >= 0 else { return .unavailable }
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
        if isTight.load(ordering: .relaxed) { held.withLock { _ in } }
    }

    /// Called with a connection just accepted. Two loops may still have met at the freed place: then the one that got it
    /// calls `turnAway`, which must close the connection, and the reserve is whole again. `true`: it was turned away.
    @inline(__always)
    func takesBack(_ turnAway: () -> Void) -> Bool {
        guard isTight.load(ordering: .sequentiallyConsistent) else { return false }
        return restore(turnAway)
    }

    private func restore(_ turnAway: () -> Void) -> Bool {
        held.withLock { held in
            guard held < 0 else { return false }
            defer { isTight.store(held < 0, ordering: .sequentiallyConsistent) }
            held = Self.open()
            guard held < 0 else { return false }  // others have left meanwhile: there is room for both
            turnAway()
            held = Self.open()
            return true
        }
    }

    private static func open() -> Int32 { Glibc.open("/dev/null", O_RDONLY | O_CLOEXEC) }
}
