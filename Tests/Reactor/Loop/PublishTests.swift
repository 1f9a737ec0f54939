import TestSupport
import Testing
import WebSocket

@testable import Reactor

/// `/sub` hears what is published to "everyone"; `/pub` publishes there, on all loops.
private func fanOut(_ handles: Box<[LoopHandle]> = Box()) -> Script {
    var script = Script()
    script.plan = { head, connection, _ in
        connection.context = head.hasPath("/sub") ? 1 : 0
        var policy = UpgradePolicy()
        policy.deflate = DeflatePolicy()
        return .upgrade(policy)
    }
    script.opened = { connection, loop in
        if connection.context == 1 { loop.subscribe(connection, to: "everyone") }
    }
    script.received = { kind, bytes, connection, loop in
        let payload = UnsafeRawBufferPointer(bytes)
        guard connection.context == 0 else { return loop.send(kind, payload, to: connection) }
        for other in handles.value ?? [] where other !== loop.handle {
            other.publish(kind, [UInt8](payload), toTopicNamed: "everyone")
        }
        _ = loop.publish(kind, payload, toTopicNamed: "everyone")
    }
    return script
}

@Suite("Publishing")
struct PublishTests {
    @Test("reaches thousands of subscribers over two loops, each topic in order")
    func thousands() throws {
        let (subscribers, messages) = (1500, 10)
        let handles = Box<[LoopHandle]>()
        let texts = (0..<messages).map {
            "message \($0)" + ($0.isMultiple(of: 2) ? "" : String(repeating: "!", count: 999))
        }
        try withServer(fanOut(handles), { $0.loops = 2 }) { server in
            handles.set(server.group.loops)
            var listening = Script()
            listening.received = { _, bytes, connection, loop in
                let expected = Int(connection.context) % messages
                if !bytes.elementsEqual(texts[expected].utf8) { loop.close(connection, .policyViolation) }
                connection.context += 1
            }
            try withClient(listening) { client in
                for index in 0..<subscribers {
                    try client.open(server, target: "/sub") {
                        if index.isMultiple(of: 2) { $0.deflate = DeflatePolicy() }
                    }
                }
                try eventually("all are open") { client.journal.opened.count == subscribers }
                try eventually("the server has them all") { server.journal.opened.count == subscribers }
                let peer = try server.webSocket("/pub")
                for text in texts { try peer.sendText(text) }
                try eventually("everything has arrived", within: .seconds(20)) {
                    client.journal.messages.count == subscribers * messages
                }
                #expect(client.journal.closed == [], "somebody had another order")
            }
        }
    }

    @Test("reaches plain, compressing and TLS subscribers alike")
    func mixed() throws {
        let certificate = try Certificate("mixed")
        let deflate = "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover\r\n"
        try withServer(fanOut(), { $0.certificate = certificate }) { server in
            let plain = try server.webSocket("/sub")
            let secure = try server.secureWebSocket("/sub")
            let compressing = try server.webSocket("/sub", fields: deflate)
            let secureCompressing = try server.secureWebSocket("/sub", fields: deflate)
            let publisher = try server.webSocket("/pub")
            let texts = ["short", String(repeating: "long enough to be compressed ", count: 100), "end"]
            for text in texts { try publisher.sendText(text) }
            let parameters = DeflatePolicy().publishing
            for peer in [plain, secure, compressing, secureCompressing] {
                let compression = MessageCompression(parameters, role: .client, policy: DeflatePolicy())
                let compresses = peer === compressing || peer === secureCompressing
                for text in texts {
                    let frame = try peer.readFrame()
                    #expect(frame.isCompressed == (compresses && text.count > 1000))
                    guard frame.isCompressed else {
                        #expect(frame.text == text)
                        continue
                    }
                    #expect(frame.payload.count < text.count / 5)
                    let inflated = frame.payload.withUnsafeBytes { bytes -> [UInt8] in
                        guard case .message(let whole) = compression.inflate(bytes, limit: 1 << 20) else { return [] }
                        return [UInt8](whole)
                    }
                    #expect(String(decoding: inflated, as: UTF8.self) == text)
                }
            }
        }
    }

    @Test("to nobody tells so, and through a handle goes to that loop's subscribers")
    func handles() throws {
        try withServer(fanOut()) { server in
            let nobody = try server.ask {
                $0.publish(.text, UnsafeRawBufferPointer(start: nil, count: 0), toTopicNamed: "everyone")
            }
            #expect(!nobody)
            let peer = try server.webSocket("/sub")
            try peer.roundTrip()
            #expect(server.loop.publish(.text, Array("by a handle".utf8), toTopicNamed: "everyone"))
            #expect(try peer.readText() == "by a handle")
        }
    }

    @Test("more than fits into a turn's buffer keeps its order")
    func manyLargeMessages() throws {
        try withServer(fanOut(), { $0.limits.sendQueueBytes = 64 << 20 }) { server in
            let peer = try server.webSocket("/sub")
            try peer.roundTrip()
            let sizes = (0..<60).map { 1000 + $0 * 977 }
            _ = try server.ask { loop in
                for size in sizes { loop.publish(String(repeating: "x", count: size), to: "everyone") }
            }
            for size in sizes { #expect(try peer.readFrame().payload.count == size) }
        }
    }

    @Test("within the callback that opens a connection never overtakes the handshake")
    func withinOpened() throws {
        var script = Script()
        script.opened = { connection, loop in
            loop.subscribe(connection, to: "room")
            loop.publish("welcome", to: "room")
            loop.unsubscribe(connection, from: "room")
            loop.publish("not for you", to: "room")
            loop.send("first", to: connection)
        }
        try withServer(script) { server in
            let peer = try server.connect()
            try peer.send(Peer.upgradeRequest())
            #expect(try peer.readHead().hasPrefix("HTTP/1.1 101 "))
            #expect(try peer.readText() == "welcome")
            #expect(try peer.readText() == "first")
        }
    }

    @Test("what was published in a turn is for those who were subscribed at that moment")
    func subscribingWithinTurn() throws {
        try withServer { server in
            let (one, other) = (try server.webSocket(), try server.webSocket())
            let ids = server.journal.opened
            _ = try server.ask { loop in
                let connections = ids.compactMap { loop.slab[$0].map(Connection.init) }
                guard connections.count == 2 else { return }
                loop.subscribe(connections[0], to: "room")
                loop.subscribe(connections[0], to: "room")
                loop.publish("one", to: "room")
                loop.subscribe(connections[1], to: "room")
                loop.publish("both", to: "room")
                loop.unsubscribe(connections[0], from: "room")
                loop.unsubscribe(connections[0], from: "elsewhere")
                loop.publish("other", to: "room")
            }
            #expect(try one.readText() == "one")
            #expect(try one.readText() == "both")
            #expect(try other.readText() == "both")
            #expect(try other.readText() == "other")
            try one.roundTrip()
        }
    }

    @Test("a farewell to a topic whose last subscribers go in one turn does not spoil it for who comes next")
    func emptiedWhileDirty() throws {
        var script = Script()
        script.closed = { _, _, loop in loop.publish("somebody left", to: "room") }
        try withServer(script) { server in
            let peers = try (0..<3).map { _ in try server.webSocket() }
            let (ids, handle) = (server.journal.opened, server.loop)
            let done = Box<Bool>()
            handle.run { loop in
                let records = ids.compactMap { loop.slab[$0] }
                for record in records.prefix(2) { loop.subscribe(Connection(record), to: "room") }
                for record in records.prefix(2) { loop.drop(record, .abnormal) }
                // Comes with the mail of the next turn, before the farewell is delivered.
                handle.run { loop in
                    if let record = loop.slab[ids[2]] { loop.subscribe(Connection(record), to: "room") }
                    done.set(true)
                }
            }
            try eventually("the third has subscribed") { done.value == true }
            #expect(handle.publish(.text, Array("hello".utf8), toTopicNamed: "room"))
            #expect(try peers[2].readText() == "hello")
        }
    }
}
