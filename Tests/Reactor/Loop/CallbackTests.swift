import TestSupport
import Testing
import WebSocket

@testable import Reactor

@Suite("Within a callback")
struct CallbackTests {
    @Test("a connection may be closed as it opens")
    func closeInOpened() throws {
        var script = Script()
        script.opened = { connection, loop in
            loop.send("sorry", to: connection)
            loop.close(connection, .tryAgainLater, "full")
            loop.close(connection, .normal, "twice is once")
            loop.send("too late", to: connection)
        }
        try withServer(script) { server in
            let peer = try server.webSocket()
            #expect(try peer.readText() == "sorry")
            #expect(try peer.readFrame().code == .tryAgainLater)
            try peer.send(Peer.closeFrame(.tryAgainLater))
            #expect(peer.readToEnd() == ([], .fin))
            try eventually("the application knows") { server.journal.closed == [.tryAgainLater] }
        }
    }

    @Test("another connection may be sent to and closed")
    func others() throws {
        let server = Box<TestServer>()
        var script = Script()
        script.received = { _, bytes, connection, loop in
            for id in server.value?.journal.opened ?? [] where id != connection.id {
                #expect(loop.send(.text, UnsafeRawBufferPointer(bytes), to: id))
                #expect(loop.close(id, .policyViolation, "by somebody else"))
            }
        }
        try withServer(script) { running in
            server.set(running)
            defer { server.clear() }
            let peers = try (0..<5).map { _ in try running.webSocket() }
            try peers[0].sendText("bye")
            for peer in peers.dropFirst() {
                #expect(try peer.readText() == "bye")
                #expect(try peer.readFrame().code == .policyViolation)
                try peer.send(Peer.closeFrame(.policyViolation))
                #expect(peer.readToEnd().end == .fin)
            }
            try eventually("the application knows") { running.journal.closed.count == 4 }
        }
    }

    @Test("subscriptions may come and go")
    func subscriptions() throws {
        var script = Script()
        script.received = { _, bytes, connection, loop in
            if bytes.elementsEqual("join".utf8) {
                loop.subscribe(connection, to: "room")
            } else if bytes.elementsEqual("leave".utf8) {
                loop.unsubscribe(connection, from: "room")
            } else {
                _ = loop.publish(.text, UnsafeRawBufferPointer(bytes), toTopicNamed: "room")
            }
        }
        script.closed = { connection, _, loop in
            loop.publish("somebody left", to: "room")
            loop.subscribe(connection, to: "room")
            loop.close(connection, .normal)
            #expect(!loop.send(.text, UnsafeRawBufferPointer(start: nil, count: 0), to: connection.id))
        }
        try withServer(script) { server in
            let (one, other) = (try server.webSocket(), try server.webSocket())
            try one.sendText("join")
            try other.send(
                ["join", "hello", "leave", "unheard", "join", "again"].flatMap { Peer.frame(.text, Array($0.utf8)) })
            #expect(try other.readText() == "hello")
            #expect(try other.readText() == "again")
            try other.send(Peer.closeFrame(.normal))
            #expect(try one.readText() == "hello")
            #expect(try one.readText() == "unheard")
            #expect(try one.readText() == "again")
            #expect(try one.readText() == "somebody left")
            #expect(try server.ask { $0.topics.count } == 1)
        }
    }

    @Test("of an end a new connection may be begun")
    func reconnect() throws {
        try withServer { server in
            let address = server.group.addresses[0]
            var script = Script()
            script.opened = { connection, loop in
                loop.close(connection, CloseCode(rawValue: UInt16(3000 + connection.context)))
            }
            script.closed = { connection, _, loop in
                guard connection.context < 3 else { return }
                var again = ClientRequest(address: address, target: "/")
                again.context = connection.context + 1
                loop.connect(again)
            }
            try withClient(script) { client in
                try client.open(server)
                try eventually("four connections in a row") { client.journal.closed.count == 4 }
                #expect(client.journal.closed.map(\.rawValue) == [3000, 3001, 3002, 3003])
            }
        }
    }

    @Test("of an end another's request may be answered, and what that one has pipelined waits for its turn")
    func answerInClosed() throws {
        let (held, isInside) = (Box<RequestID>(), Box<Bool>())
        let nested = Box<String>()
        var script = Script()
        script.plan = { head, _, _ in
            if isInside.value == true { nested.set("plan") }
            return head.hasPath("/held")
                ? .collect(maxBytes: 0) : head.hasPath("/now") ? .respond(.ok("now\n")) : .upgrade(UpgradePolicy())
        }
        script.respond = { _, _, request, _ in held.set(request) }
        script.opened = { _, _ in if isInside.value == true { nested.set("opened") } }
        script.received = { kind, bytes, connection, loop in
            if isInside.value == true { nested.set("received") }
            loop.send(kind, UnsafeRawBufferPointer(bytes), to: connection)
        }
        script.closed = { _, _, loop in
            guard let request = held.value else { return }
            isInside.set(true)
            loop.respond(request, .ok("held\n"))
            isInside.set(false)
        }
        try withServer(script) { server in
            let (waiting, leaving) = (try server.connect(), try server.webSocket())
            let gets = ["/held", "/now"].map { "GET \($0) HTTP/1.1\r\nHost: test\r\n\r\n" }.joined()
            try waiting.send(Array((gets + Peer.upgradeRequest()).utf8) + Peer.frame(.text, Array("early".utf8)))
            try eventually("the request is with the application") { held.value != nil }
            try leaving.send(Peer.closeFrame(.normal))
            #expect(try waiting.readResponse().body == "held\n")
            #expect(try waiting.readResponse().body == "now\n")
            #expect(try waiting.readHead().hasPrefix("HTTP/1.1 101 "))
            #expect(try waiting.readText() == "early")
            #expect(isInside.value == false && nested.value == nil)
        }
    }
}

@Suite("An address with many connections")
struct AddressLimitTests {
    @Test("is told to wait, and may come again when one has ended")
    func connections() throws {
        try withServer(Script(), { $0.limits.connectionsPerAddress = 2 }) { server in
            let (one, other) = (try server.webSocket(), try server.webSocket())
            let third = try server.connect()
            try third.send(Peer.upgradeRequest())
            let response = try third.readResponse()
            #expect(response.status == 429 && response.head.contains("Retry-After: 5"))
            #expect(third.readToEnd() == ([], .fin))
            try other.roundTrip()
            try one.send(Peer.closeFrame(.normal))
            try one.expectClose(.normal)
            try eventually("its place is free") { try server.connectionCount == 1 }
            try server.webSocket().roundTrip()
        }
    }

    @Test("in their handshake is told so; finished ones do not count")
    func handshakes() throws {
        try withServer(Script(), { $0.limits.handshakesPerAddress = 1 }) { server in
            let open = try (0..<3).map { _ in try server.webSocket() }
            let slow = try server.connect()
            try slow.send("GET / HT")
            try eventually("it is accepted") { try server.connectionCount == 4 }
            let refused = try server.connect()
            try refused.send(Peer.upgradeRequest())
            #expect(try refused.readResponse().status == 503)
            try slow.send("TP/1.1\r\nHost: test\r\n\r\n")
            #expect(try slow.readResponse().status == 426)
            try server.webSocket().roundTrip()
            for peer in open { try peer.roundTrip() }
        }
    }
}
