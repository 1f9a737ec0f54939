import CLinux
import Glibc

/// A thread that belongs to one loop for all its life: no task of Swift's own pool may run on it, or be kept from
/// running by it.
package final class OwnThread: Sendable {
    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

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
