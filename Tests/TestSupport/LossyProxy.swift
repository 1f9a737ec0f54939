import Foundation
import Glibc
import Synchronization

/// Passes bytes on between clients and a server on this machine, until it is told to lose some.
package final class LossyProxy: Sendable {
    package enum Loss: Sendable {
        case none
        /// What the server says next reaches nobody, and then both sides are cut off.
        case nextAnswer
        /// What a client says next does not reach the server, and then both sides are cut off.
        case nextRequest
        /// Nothing passes any more, and nobody is cut off: a network that has fallen silent.
        case everything
    }

    package let port: Int
    private let listener: CInt
    private let target: Int
    private let loss = Mutex(Loss.none)
    private let cuts = Atomic<Int>(0)

    /// How often it has cut somebody off.
    package var cutCount: Int { cuts.load(ordering: .acquiring) }

    package init(to target: Int) throws {
        self.target = target
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.listener = listener
        var address = Self.address(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) == 0 && listen(listener, 64) == 0
                    && getsockname(listener, address, &length) == 0
            }
        }
        guard isListening else { throw PostgresServer.Trouble(description: "the proxy cannot listen") }
        port = Int(UInt16(bigEndian: address.sin_port))
        // Each thread keeps the proxy's parts that it needs, not the proxy.
        Thread { [weak self, listener] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0, let self else { return }
                self.serve(client)
            }
        }.start()
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    package func lose(_ what: Loss) { loss.withLock { $0 = what } }

    private func serve(_ client: CInt) {
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.address(target)
        let isConnected = withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                connect(server, address, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else {
            close(client)
            close(server)
            return
        }
        let ends = Ends(client: client, server: server)
        Thread { [weak self] in Self.pass(from: client, to: server, ends, isAnswer: false) { self } }.start()
        Thread { [weak self] in Self.pass(from: server, to: client, ends, isAnswer: true) { self } }.start()
    }

    /// Closes both when neither thread needs them any more.
    private final class Ends: Sendable {
        let client: CInt
        let server: CInt

        init(client: CInt, server: CInt) {
            self.client = client
            self.server = server
        }

        func cut() {
            shutdown(client, Int32(SHUT_RDWR))
            shutdown(server, Int32(SHUT_RDWR))
        }

        deinit {
            close(client)
            close(server)
        }
    }

    private static func pass(
        from source: CInt, to sink: CInt, _ ends: Ends, isAnswer: Bool, _ proxy: () -> LossyProxy?
    ) {
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = recv(source, &bytes, bytes.count, 0)
            guard count > 0, let proxy = proxy() else { return ends.cut() }
            switch proxy.fate(isAnswer: isAnswer) {
            case .passes: break
            case .isLost: continue
            case .cuts:
                proxy.cuts.add(1, ordering: .acquiringAndReleasing)
                return ends.cut()
            }
            guard send(sink, bytes, count, Int32(MSG_NOSIGNAL)) == count else { return ends.cut() }
        }
    }

    private enum Fate {
        case passes
        case isLost
        case cuts
    }

    private func fate(isAnswer: Bool) -> Fate {
        loss.withLock { loss in
            switch loss {
            case .none: return .passes
            case .everything: return .isLost
            case .nextAnswer, .nextRequest:
                let isMeant = if case .nextAnswer = loss { isAnswer } else { !isAnswer }
                guard isMeant else { return .passes }
                loss = .none
                return .cuts
            }
        }
    }

    private static func address(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        address.sin_port = in_port_t(UInt16(truncatingIfNeeded: port)).bigEndian
        return address
    }
}
