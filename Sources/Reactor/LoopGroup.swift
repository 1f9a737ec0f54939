import CLinux
import Glibc
import Synchronization
package import WebSocket

/// What a group of loops is made with.
package struct LoopGroupConfiguration: Sendable {
    /// What its threads are called, followed by a number.
    package var name = "loop"
    /// Threads, each with its own listeners and connections.
    package var loops = 1
    package var listen: [ListenAddress] = []
    /// For the addresses that are TLS.
    package var tls: TLSContext?
    package var limits = LoopLimits()
    package var deflate = DeflatePolicy()
    /// Proxies, each of which brings the connections of many: not counted by their address.
    package var uncounted: [AddressRange] = []

    package init() {}
}

/// The loops of a process. They share nothing but the table of addresses, which counts connections.
package final class LoopGroup: Sendable {
    package typealias MakeApplication = @Sendable (LoopHandle, [LoopHandle]) -> any Application

    package let loops: [LoopHandle]
    /// Where it listens, with the ports that the kernel picked.
    package let addresses: [ListenAddress]
    private let threads: [OwnThread]

    /// Listens on every address and starts the loops. `makeApp` is called on each loop's own thread, with the handles
    /// of all loops.
    package convenience init(
        _ configuration: LoopGroupConfiguration, makeApp: @escaping MakeApplication
    ) throws(ReactorError) {
        try self.init(configuration, listening: { _ in makeApp })
    }

    /// As above, for an application that must know where it listens, with the ports that the kernel picked: `listening`
    /// is called before the first connection is accepted.
    package init(
        _ configuration: LoopGroupConfiguration, listening: ([ListenAddress]) -> MakeApplication
    ) throws(ReactorError) {
        let (addresses, sockets) = try Self.listen(configuration)
        let makeApp = listening(addresses)
        let table = AddressTable(
            maxConnections: configuration.limits.connectionsPerAddress,
            maxHandshakes: configuration.limits.handshakesPerAddress, exempt: configuration.uncounted)
        let reserve = DescriptorReserve()
        var handles: [LoopHandle] = []
        for index in 0..<max(1, configuration.loops) {
            handles.append(
                try LoopHandle(index: index, limits: configuration.limits))
        }
        var threads: [OwnThread] = []
        for handle in handles {
            let all = handles
            let descriptors = sockets[handle.index]
            let started = try StartSignal()
            let thread = try OwnThread("\(configuration.name)-\(handle.index)") {
                let listeners = zip(descriptors, addresses).map { descriptor, address in
                    Listener(descriptor: descriptor, tls: address.isTLS ? configuration.tls : nil)
                }
                do throws(ReactorError) {
                    let loop = try EventLoop(
                        handle: handle, listeners: listeners, addresses: table, reserve: reserve,
                        limits: configuration.limits, deflate: configuration.deflate
                    ) { makeApp($0, all) }
                    started.signal(nil)
                    loop.run()
                } catch {
                    started.signal(error)
                }
            }
            if let error = started.wait() {
                // The loops before it go again; the process is about to end.
                for index in threads.indices { _ = handles[index].mailbox.post(.stop(limit: .zero), urgent: true) }
                for thread in threads { thread.join() }
                throw error
            }
            threads.append(thread)
        }
        self.loops = handles
        self.addresses = addresses
        self.threads = threads
    }

    /// Takes a new certificate for connections from now on; those that are open keep theirs.
    package func reload(_ context: TLSContext) {
        let contexts = addresses.enumerated().filter(\.element.isTLS).map { (index: $0.offset, context: context) }
        for loop in loops { _ = loop.mailbox.post(.reload(contexts), urgent: true) }
    }

    /// Lets nobody in any more; who is there is served on. Returns at once.
    package func stopAccepting() {
        for loop in loops { _ = loop.mailbox.post(.stopAccepting, urgent: true) }
    }

    /// Stops accepting, closes every WebSocket with 1001, finishes what is under way, and cuts off what is left after
    /// `limit`. Returns at once; `join` waits for it.
    package func stop(limit: Duration) {
        for loop in loops { _ = loop.mailbox.post(.stop(limit: limit), urgent: true) }
    }

    /// Waits until every loop has ended.
    package func join() {
        for thread in threads { thread.join() }
    }

    /// For each loop its sockets, in the order of the addresses.
    private static func listen(
        _ configuration: LoopGroupConfiguration
    ) throws(ReactorError) -> (addresses: [ListenAddress], sockets: [[Int32]]) {
        var addresses: [ListenAddress] = []
        var sockets: [[Int32]] = Array(repeating: [], count: max(1, configuration.loops))
        do throws(ReactorError) {
            for wanted in configuration.listen {
                if wanted.isTLS, configuration.tls == nil {
                    throw ReactorError(.tls, "\(wanted.description) is to use TLS, but there is no certificate")
                }
                try wanted.checkFree()
                var address = wanted
                for index in sockets.indices {
                    let socket = try address.listen()
                    sockets[index].append(socket)
                    if address.port == 0 {
                        let port = UInt16(clamping: clinux_local_port(socket))
                        address = ListenAddress(address, port: port)
                    }
                }
                addresses.append(address)
            }
        } catch {
            for socket in sockets.joined() { close(socket) }
            throw error
        }
        return (addresses, sockets)
    }
}

/// Tells the starting thread how the start of a loop went.
private final class StartSignal: Sendable {
    private let error = Mutex<ReactorError?>(nil)
    /// Becomes readable when the loop has started, or has not.
    private let descriptor: Int32

    init() throws(ReactorError) {
        descriptor = eventfd(0, Int32(EFD_CLOEXEC))
        guard descriptor >= 0 else { throw ReactorError(.system, "eventfd", errno) }
    }

    deinit { close(descriptor) }

    func signal(_ failure: ReactorError?) {
        error.withLock { $0 = failure }
        eventfd_write(descriptor, 1)
    }

    func wait() -> ReactorError? {
        var count: eventfd_t = 0
        while eventfd_read(descriptor, &count) != 0 {}  // interrupted: wait on
        return error.withLock { $0 }
    }
}
