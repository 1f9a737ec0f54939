import CLinux
import Glibc
import Synchronization

/// The one door between threads: mail for a loop, bounded, behind a lock that is held for an append. The first letter
/// wakes the loop through an eventfd; those that follow before it looks cost no system call.
package final class Mailbox<Mail: Sendable>: Sendable {
    private struct State {
        var mail: [Mail] = []
        var byteCount = 0
        var isOpen = true
    }

    package enum Outcome {
        case accepted
        case full
        /// The loop has ended, or is about to: it will not look again.
        case closed
    }

    /// Readable while mail waits.
    package let descriptor: Int32
    private let capacity: Int
    private let maxBytes: Int
    private let state = Mutex(State())

    package init(capacity: Int, maxBytes: Int = .max) throws(ReactorError) {
        descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        guard descriptor >= 0 else { throw ReactorError(.system, "eventfd", errno) }
        self.capacity = capacity
        self.maxBytes = maxBytes
    }

    deinit {
        Glibc.close(descriptor)
    }

    /// `byteCount` is what the mail carries along. `urgent` mail (answers, stop) is taken also when the box is full: it is
    /// bounded by what it answers.
    package func post(_ mail: sending Mail, byteCount: Int = 0, urgent: Bool = false) -> Outcome {
        let (outcome, wakes) = state.withLock { state -> (Outcome, Bool) in
            guard state.isOpen else { return (.closed, false) }
            guard urgent || (state.mail.count < capacity && state.byteCount < maxBytes) else { return (.full, false) }
            state.byteCount += byteCount
            state.mail.append(mail)
            return (.accepted, state.mail.count == 1)
        }
        if wakes { eventfd_write(descriptor, 1) }
        return outcome
    }

    /// Everything that waits, in the order of posting. `spare` is an emptied array whose memory is used for what comes.
    package func take(_ spare: inout [Mail]) {
        var counter: eventfd_t = 0
        eventfd_read(descriptor, &counter)
        state.withLock { state in
            swap(&state.mail, &spare)
            state.byteCount = 0
        }
    }

    /// No more mail; what waits is dropped.
    func shut() { _ = close() }

    /// No more mail; whoever looked last gets what has come since.
    package func close() -> [Mail] {
        state.withLock { state in
            state.isOpen = false
            state.byteCount = 0
            defer { state.mail = [] }
            return state.mail
        }
    }
}
