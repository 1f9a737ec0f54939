import CLinux
import Glibc

/// What the kernel should tell, or tells, of a descriptor.
struct Readiness: OptionSet {
    let rawValue: UInt32

    static let read = Readiness(rawValue: EPOLLIN.rawValue)
    static let write = Readiness(rawValue: EPOLLOUT.rawValue)
    /// An error or a hang-up: always told, and seen by reading or writing.
    static let broken = Readiness(rawValue: EPOLLERR.rawValue | EPOLLHUP.rawValue)
}

/// epoll, level-triggered: an event that is not dealt with fully comes again, so no turn has to drain a socket
/// (edge-triggered measured no faster).
struct Epoll: ~Copyable {
    private let descriptor: Int32
    private let events: UnsafeMutablePointer<epoll_event>
    private static let capacity = 1024

    init() throws(ReactorError) {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard descriptor >= 0 else { throw ReactorError(.system, "epoll_create1", errno) }
        events = .allocate(capacity: Self.capacity)
        events.initialize(repeating: epoll_event(), count: Self.capacity)
    }

    deinit {
        events.deallocate()
        close(descriptor)
    }

    /// `false` when the kernel refuses: out of watches (`errno` tells).
    func add(_ target: Int32, token: UInt64, _ readiness: Readiness) -> Bool {
        control(EPOLL_CTL_ADD, target, token, readiness)
    }

    @discardableResult
    func modify(_ target: Int32, token: UInt64, _ readiness: Readiness) -> Bool {
        control(EPOLL_CTL_MOD, target, token, readiness)
    }

    private func control(_ operation: Int32, _ target: Int32, _ token: UInt64, _ readiness: Readiness) -> Bool {
        var event = epoll_event(events: readiness.rawValue, data: epoll_data_t(u64: token))
        return epoll_ctl(descriptor, operation, target, &event) == 0
    }

    /// Waits up to `milliseconds` (-1: for ever) and returns how many events there are.
    @inline(__always)
    func wait(milliseconds: Int32) -> Int {
        max(0, Int(clinux_epoll_wait(descriptor, events, Int32(Self.capacity), milliseconds)))
    }

    @inline(__always)
    func token(_ index: Int) -> UInt64 { events[index].data.u64 }

    @inline(__always)
    func readiness(_ index: Int) -> Readiness { Readiness(rawValue: events[index].events) }
}
