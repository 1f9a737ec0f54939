import Dispatch
import Synchronization
import TestSupport
import Testing
import WebSocket

@testable import Reactor

/// Requests that the application has and did not answer.
private final class Held: Sendable {
    private let requests = Mutex<[(path: String, id: RequestID)]>([])

    func add(_ path: String, _ id: RequestID) { requests.withLock { $0.append((path, id)) } }
    var all: [(path: String, id: RequestID)] { requests.withLock { $0 } }

    var script: Script {
        var script = Script()
        script.plan = { head, _, _ in
            head.hasPath("/ws") ? .upgrade(UpgradePolicy()) : .collect(maxBytes: 1 << 20)
        }
        script.respond = { [self] head, _, request, _ in add(head.path, request) }
        return script
    }
}

@Suite("Requests")
struct RequestTests {
    @Test("of one connection are answered one after the other, the connection is kept")
    func keepAlive() throws {
        try withServer { server in
            let peer = try server.connect()
            for _ in 0..<50 {
                try peer.get("/healthz")
                let response = try peer.readResponse()
                #expect(response.status == 200 && response.body == "ok\n")
            }
            try peer.send("GET /healthz HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
            #expect(try peer.readResponse().status == 200)
            #expect(peer.readToEnd() == ([], .fin))
        }
    }

    @Test("that were pipelined are answered in order, however late and from whatever thread")
    func pipelined() throws {
        let held = Held()
        try withServer(held.script) { server in
            let peer = try server.connect()
            let paths = (0..<20).map { "/\($0)" }
            try peer.send(paths.map { "GET \($0) HTTP/1.1\r\nHost: test\r\n\r\n" }.joined())
            for index in paths.indices {
                try eventually("the next request is with the application") { held.all.count == index + 1 }
                let (path, id) = held.all[index]
                let handle = server.loop
                DispatchQueue(label: "answer").async {
                    handle.respond(id, .ok(path))
                    handle.respond(id, .ok("a second answer is dropped"))
                }
                #expect(try peer.readResponse().body == paths[index])
            }
        }
    }

    @Test("of many connections may be answered in any order")
    func anyOrder() throws {
        let held = Held()
        try withServer(held.script) { server in
            let peers = try (0..<10).map { _ in try server.connect() }
            for (index, peer) in peers.enumerated() { try peer.get("/\(index)") }
            try eventually("all are with the application") { held.all.count == 10 }
            let handle = server.loop
            for (path, id) in held.all.reversed() { handle.run { $0.respond(id, .ok(path)) } }
            for (index, peer) in peers.enumerated() { #expect(try peer.readResponse().body == "/\(index)") }
        }
    }

    @Test("whose peer has gone are answered to nobody")
    func gone() throws {
        let held = Held()
        try withServer(held.script) { server in
            do {
                let peer = try server.connect()
                try peer.get("/1")
                try eventually("the request is with the application") { held.all.count == 1 }
            }
            try eventually("the connection is gone") { try server.connectionCount == 0 }
            let other = try server.connect()
            try other.get("/2")
            try eventually("the request is with the application") { held.all.count == 2 }
            server.loop.respond(held.all[0].id, .ok("for nobody"))
            server.loop.respond(held.all[1].id, .ok("for the other"))
            #expect(try other.readResponse().body == "for the other")
        }
    }

    @Test("that run too far ahead are not read, and all are answered, with a WebSocket at their end")
    func farAhead() throws {
        let held = Held()
        try withServer(held.script, { $0.limits.pipelinedBytes = 1000 }) { server in
            let peer = try server.connect()
            let padding = "X: " + String(repeating: "x", count: 500) + "\r\n"
            let requests = (0..<10).map { "GET /\($0) HTTP/1.1\r\nHost: test\r\n\(padding)\r\n" }.joined()
            try peer.send(requests + Peer.upgradeRequest("/ws"))
            for index in 0..<10 {
                try eventually("the next request is with the application") { held.all.count == index + 1 }
                server.loop.respond(held.all[index].id, .ok("\(index)"))
                #expect(try peer.readResponse().body == "\(index)")
            }
            #expect(try peer.readHead().hasPrefix("HTTP/1.1 101 "))
            try peer.roundTrip()
        }
    }

    @Test("that become a WebSocket after a long wait are read on")
    func webSocketBehindManyBytes() throws {
        let held = Held()
        try withServer(held.script, { $0.limits.pipelinedBytes = 1000 }) { server in
            let peer = try server.connect()
            let padding = "X: " + String(repeating: "x", count: 2000) + "\r\n"
            try peer.send("GET /1 HTTP/1.1\r\nHost: test\r\n\r\n" + Peer.upgradeRequest("/ws", fields: padding))
            try eventually("reading pauses") {
                try server.ask { loop in
                    var pauses = false
                    loop.slab.forEach { if $0.pointee.flags.contains(.pausesRead) { pauses = true } }
                    return pauses
                }
            }
            server.loop.respond(held.all[0].id, .ok("1"))
            #expect(try peer.readResponse().body == "1")
            #expect(try peer.readHead().hasPrefix("HTTP/1.1 101 "))
            try peer.roundTrip()
        }
    }

    @Test("that are malformed are refused, and the connection ends without a reset")
    func malformed() throws {
        try withServer { server in
            let peer = try server.connect()
            try peer.send("GET / HTTP/1.1\r\nHost : test\r\n\r\n" + String(repeating: "x", count: 100_000))
            #expect(try peer.readResponse().status == 400)
            #expect(peer.readToEnd() == ([], .fin))
        }
    }

    @Test("for a WebSocket that lack something are answered with what")
    func refusedUpgrade() throws {
        try withServer { server in
            let peer = try server.connect()
            try peer.get("/")
            let response = try peer.readResponse()
            #expect(response.status == 426 && response.head.contains("Sec-WebSocket-Version: 13"))
            try peer.get("/healthz")
            #expect(try peer.readResponse().status == 200, "the connection goes on")
        }
    }

    @Test("with responses larger than the kernel takes are answered whole")
    func largeResponse() throws {
        let body = String(repeating: "0123456789", count: 1_000_000)
        var script = Script()
        script.plan = { _, _, _ in .respond(.ok(body)) }
        try withServer(script) { server in
            let peer = try server.connect(receiveBufferBytes: 4096)
            for _ in 0..<2 { try peer.get("/") }
            for _ in 0..<2 { #expect(try peer.readResponse().body == body) }
        }
    }
}
