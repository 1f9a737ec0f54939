import CLinux
import Glibc

/// A thread that belongs to one loop for all its life: no task of Swift's own pool may run on it, or be kept from
/// running by it.
package final class OwnThread: Sendable {
    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// The niceness of work that many may ask for at once, and that is less urgent than what the loops do: such a thread gets
    /// a tenth of a core that one of them wants, too (sched(7)).
    private static let background: Int32 = 10

    /// From now on the kernel prefers others to the calling thread, whoever has made it.
    package static func yieldToOthers() { clinux_be_nice(background) }

    /// From now on the kernel prefers the calling thread to others, if it lets it (CAP_SYS_NICE): for what measures them.
    package static func comeFirst() { clinux_be_nice(-background) }

    private let thread: pthread_t

    /// `name` is what `top -H` and a debugger show: at most 15 bytes of it (prctl(2), PR_SET_NAME).
    package init(_ name: String, _ run: @escaping @Sendable () -> Void) throws(ReactorError) {
        var thread = pthread_t()
        let body = Unmanaged.passRetained(
            Body {
                clinux_name_thread(name)
                run()
            })
        let result = pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            }, body.toOpaque())
        guard result == 0 else {
            body.release()
            throw ReactorError(.system, "pthread_create", result)
        }
        self.thread = thread
    }

    package func join() { pthread_join(thread, nil) }

    /// Nobody will wait for it; instead of `join`.
    func detach() { pthread_detach(thread) }
}
