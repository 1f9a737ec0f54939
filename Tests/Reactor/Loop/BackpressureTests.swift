import TestSupport
import Testing
import WebSocket

@testable import Reactor

@Suite("A slow reader")
struct BackpressureTests {
    @Test("gets large messages whole, both ways, while others wait for nothing")
    func largeMessages() throws {
        var random = SeededRandom(seed: 51)
        let message = random.bytes(5_000_000)
        try withServer(
            Script(),
            {
                $0.limits.maxMessageBytes = 8 << 20; $0.limits.sendQueueBytes = 16 << 20
            }
        ) { server in
            let peer = try server.webSocket(receiveBufferBytes: 4096)
            let other = try server.webSocket()
            for _ in 0..<2 {
                try peer.send(Peer.frame(.binary, message))
                try other.roundTrip()
                #expect(try peer.readFrame().payload == message)
            }
        }
    }

    @Test("is not read from while its answers wait, and everything comes in the end")
    func pausesReading() throws {
        let count = 1500
        let message = Peer.frame(.binary, [UInt8](repeating: 5, count: 10_000))
        try withServer(Script(), { $0.limits.sendQueueBytes = 64 << 20 }) { server in
            let peer = try server.webSocket(receiveBufferBytes: 4096)
            let id = server.journal.opened[0]
            // What the sockets of both sides take may be several MB; a thread of its own sends, so that we can look.
            let sender = Sender(peer, [[UInt8]](repeating: message, count: count))
            try eventually("reading pauses") {
                try server.ask { $0.slab[id]?.pointee.flags.contains(.pausesRead) ?? false }
            }
            let (queued, largest) = try server.ask { loop in
                (
                    loop.slab[id]?.pointee.outbox?.byteCount ?? 0,
                    loop.limits.pauseReadingBytes + loop.limits.receiveBytes
                )
            }
            #expect(queued > 0 && queued < largest + message.count, "no more than one read beyond the mark")
            let received = server.journal.messages.count
            #expect(received < count)
            for _ in 0..<count { #expect(try peer.readFrame().payload.count == 10_000) }
            try sender.finish()
            try peer.roundTrip()
        }
    }

    @Test("that falls too far behind is told to come back, at the end of a frame, and others go on")
    func overflow() throws {
        try withServer(Script(), { $0.limits.sendQueueBytes = 200_000 }) { server in
            let slow = try server.webSocket(receiveBufferBytes: 4096)
            let fast = try server.webSocket()
            try fast.roundTrip()
            let ids = server.journal.opened
            let text = String(repeating: "z", count: 60_000)
            _ = try server.ask { loop in
                for id in ids { if let record = loop.slab[id] { loop.subscribe(Connection(record), to: "room") } }
            }
            var published = 0
            var isOpen = true
            while isOpen, published < 1000 {
                let (queue, phase) = try server.ask { loop in
                    loop.publish(text, to: "room")
                    let record = loop.slab[ids[0]]
                    return (record?.pointee.outbox?.byteCount ?? 0, record?.pointee.phase)
                }
                published += 1
                isOpen = phase == .webSocket
                #expect(queue <= 200_000 + text.utf8.count + 100)
                #expect(try fast.readText() == text)
            }
            #expect(published < 1000)
            var frame = try slow.readFrame()
            var taken = 0
            while frame.opcode == .text {
                #expect(frame.payload.count == text.utf8.count)
                taken += 1
                frame = try slow.readFrame()
            }
            #expect(frame.code == .tryAgainLater && taken < published)
            #expect(slow.readToEnd() == ([], .fin))
            try fast.roundTrip()
            try eventually("the application knows") { server.journal.closed == [.tryAgainLater] }
        }
    }

    @Test("never sees a part of a frame before the close frame, wherever the kernel stopped", arguments: 0..<6)
    func overflowBetweenPieces(_ variant: Int) throws {
        let (small, large) = (200 + variant * 7, 5000 + variant * 1777)
        var script = Script()
        script.opened = { connection, loop in
            let (few, many) = ([UInt8](repeating: 1, count: small), [UInt8](repeating: 2, count: large))
            for _ in 0..<1500 {
                for _ in 0..<200 { few.withUnsafeBytes { loop.send(.binary, $0, to: connection) } }
                many.withUnsafeBytes { loop.send(.binary, $0, to: connection) }
            }
        }
        try withServer(script, { $0.limits.sendQueueBytes = 150_000 }) { server in
            let peer = try server.webSocket(receiveBufferBytes: 4096)
            var frame = try peer.readFrame()
            while frame.opcode == .binary {
                try #require(frame.payload.count == (frame.payload[0] == 1 ? small : large))
                frame = try peer.readFrame()
            }
            #expect(frame.code == .tryAgainLater)
            let (rest, end) = peer.readToEnd()
            #expect(rest.count == 0 && end == .fin, "nothing follows the close frame")
        }
    }

    @Test("over TLS is cut off, because sealed bytes cannot be left out")
    func overflowTLS() throws {
        var script = Script()
        script.opened = { connection, loop in
            let bytes = [UInt8](repeating: 1, count: 100_000)
            for _ in 0..<500 { bytes.withUnsafeBytes { loop.send(.binary, $0, to: connection) } }
        }
        try withServer(
            script,
            {
                $0.limits.sendQueueBytes = 150_000; $0.certificate = try? Certificate("overflow")
            }
        ) { server in
            let peer = try server.secureWebSocket()
            try eventually("the application knows") { server.journal.closed == [.tryAgainLater] }
            #expect(try peer.readFrame().payload.count == 100_000)
        }
    }
}
