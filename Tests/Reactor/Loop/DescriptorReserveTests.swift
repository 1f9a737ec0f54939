import Dispatch
import Glibc
import TestSupport
import Testing

@testable import Reactor

@Suite("The descriptor that is held back")
struct DescriptorReserveTests {
    /// A listening socket, and as many connections as wait at it.
    private static func listener(waiting: Int = 0) throws -> (descriptor: Int32, peers: [Peer]) {
        // The listener keeps connections back until they have sent something.
        let descriptor = try ListenAddress("127.0.0.1:0", isTLS: false).listen()
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = getsockname(descriptor, $0, &length)
            }
        }
        let peers = try (0..<waiting).map { _ in
            let peer = try Peer(port: UInt16(bigEndian: address.sin_port))
            try peer.send("x")
            return peer
        }
        for _ in peers {
            var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            try #require(poll(&poller, 1, 10_000) == 1)
        }
        return (descriptor, peers)
    }

    @Test("turns away who waits, one after the other, and then says that nobody does")
    func turnsAway() throws {
        let (descriptor, peers) = try Self.listener(waiting: 2)
        defer { close(descriptor) }
        let reserve = DescriptorReserve()
        var turnedAway = 0
        for _ in peers {
            try eventually("it is there") {
                reserve.turnAwayNext(of: descriptor) {
                    turnedAway += 1
                    close($0)
                } == .turnedAway
            }
        }
        #expect(turnedAway == 2)
        for peer in peers { #expect(peer.readToEnd().bytes == []) }
        #expect(reserve.turnAwayNext(of: descriptor) { _ in turnedAway += 1 } == .nobody)
        #expect(turnedAway == 2)
        reserve.waitForTurn()
    }

    @Test("is of no use with a listener that cannot accept")
    func brokenListener() {
        let reserve = DescriptorReserve()
        #expect(reserve.turnAwayNext(of: -1) { _ in } == .unavailable)
    }

    @Test("makes the others wait while it is used")
    func others() throws {
        let (descriptor, peers) = try Self.listener(waiting: 1)
        defer { close(descriptor) }
        let reserve = DescriptorReserve()
        let (begun, over, sawTheEnd) = (Box<Bool>(), Box<Bool>(), Box<Bool>())
        DispatchQueue(label: "another loop").async {
            while begun.value == nil { usleep(100) }
            reserve.waitForTurn()
            sawTheEnd.set(over.value == true)
        }
        let outcome = reserve.turnAwayNext(of: descriptor) {
            begun.set(true)
            pause(milliseconds: 50)
            over.set(true)
            close($0)
        }
        #expect(outcome == .turnedAway)
        try eventually("the other goes on") { sawTheEnd.value != nil }
        #expect(sawTheEnd.value == true && peers.count == 1)
    }

    // In a process of its own: the table of descriptors belongs to all tests.
    @Test("is held again afterwards, although the table is full; what was lost to somebody else is taken back later")
    func fullTable() async {
        await #expect(processExitsWith: .success) {
            let (descriptor, peers) = try Self.listener(waiting: 4)
            let reserve = DescriptorReserve()
            var table = rlimit(rlim_cur: 64, rlim_max: 64)
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &table)
            var fillers: [Int32] = []
            func fill() {
                while case let filler = dup(descriptor), filler >= 0 { fillers.append(filler) }
            }
            fill()
            let orderly = reserve.turnAwayNext(of: descriptor) { close($0) }
            try #require(orderly == .turnedAway)
            let countBefore = fillers.count
            fill()
            try #require(fillers.count == countBefore, "no place is left over: the reserve has it")

            // Somebody takes the place before the reserve does.
            let lost = reserve.turnAwayNext(of: descriptor) { fillers.append($0) }
            try #require(lost == .turnedAway)
            let without = reserve.turnAwayNext(of: descriptor) { close($0) }
            try #require(without == .unavailable)
            // Whoever has got it gives it back.
            let givesBack = reserve.takesBack { close(fillers.removeLast()) }
            try #require(givesBack)
            fill()
            try #require(fillers.count == countBefore, "the reserve has its place again")
            // Lost once more; now somebody leaves, and nobody needs to be turned away.
            _ = reserve.turnAwayNext(of: descriptor) { fillers.append($0) }
            close(fillers.removeLast())
            var turnedAway = 0
            let isTurnedAway = reserve.takesBack { turnedAway += 1 }
            try #require(!isTurnedAway && turnedAway == 0)
            let again = reserve.turnAwayNext(of: descriptor) { close($0) }
            try #require(again == .turnedAway && peers.count == 4)
        }
    }
}
