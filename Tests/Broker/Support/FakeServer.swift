import Glibc
import Reactor
import Synchronization
import TestSupport
import Testing

/// What only pretends to be a Redis server: says the same to everybody who comes and asks something, and then waits for
/// them to go.
final class FakeServer: Sendable {
    let port: UInt16
    private let listener: Int32
    private let thread: OwnThread
    private let counts: Counts

    private final class Counts: Sendable {
        let come = Mutex(0)
        let gone = Mutex(0)
    }

    /// Those who came, and those who went by themselves after they had heard everything.
    var come: Int { counts.come.withLock { $0 } }
    var gone: Int { counts.gone.withLock { $0 } }

    init(saying words: [UInt8]) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 64) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        try #require(isBound)
        port = UInt16(bigEndian: address.sin_port)
        self.listener = listener
        let counts = Counts()
        self.counts = counts
        thread = try OwnThread("fake-redis") { Self.serve(listener, words, counts) }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        thread.join()
        close(listener)
    }

    /// All at once, one thread: what comes is read and forgotten.
    private static func serve(_ listener: Int32, _ words: [UInt8], _ counts: Counts) {
        var waiting = [pollfd(fd: listener, events: Int16(POLLIN), revents: 0)]
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            guard poll(&waiting, nfds_t(waiting.count), 1000) >= 0 else { continue }
            if waiting[0].revents != 0 {
                let guest = accept(listener, nil, nil)
                guard guest >= 0 else { break }
                counts.come.withLock { $0 += 1 }
                waiting.append(pollfd(fd: guest, events: Int16(POLLIN), revents: 0))
                _ = send(guest, words, words.count, Int32(MSG_NOSIGNAL))
            }
            for index in waiting.indices.dropFirst().reversed() where waiting[index].revents != 0 {
                guard recv(waiting[index].fd, &chunk, chunk.count, 0) <= 0 else { continue }
                counts.gone.withLock { $0 += 1 }
                close(waiting[index].fd)
                waiting.remove(at: index)
            }
        }
        for guest in waiting.dropFirst() { close(guest.fd) }
    }
}
