import Testing
import WebSocket

@testable import Gateway

private let nothing = Routes {}

@Suite("The page's pulse")
struct PagePulseTests {
    @Test("beats every second for everyone, with the same figures")
    func beats() async throws {
        try await withFrontDesk(nothing, loops: 2) { connect in
            let clients = try (0..<4).map { _ in try connect() }
            for client in clients { #expect(try client.upgrade("/live").hasPrefix("HTTP/1.1 101 ")) }
            for client in clients {
                var beats: [String] = []
                while beats.count < 2 { beats.append(try client.readFrame()) }
                #expect(beats.allSatisfy { $0.contains(#""type":"pulse""#) })
                #expect(beats[1].contains(#""connections":4"#) && beats[1].contains(#""messages":0"#))
            }
        }
    }

    @Test("answers a ping by its number, and everything else by what to do")
    func answers() async throws {
        try await withFrontDesk(nothing) { connect in
            let client = try connect()
            _ = try client.upgrade("/live")
            func answer() throws -> String {
                while true {
                    let text = try client.readFrame()
                    if !text.contains(#""type":"pulse""#) { return text }
                }
            }
            try client.sendFrame(#"{"type":"ping","id":7}"#)
            let pong = try answer()
            #expect(pong.contains(#""type":"pong""#) && pong.contains(#""id":7"#))
            let others = [
                "", "hello", "[]", "{}", #"{"type":"ping"}"#, #"{"type":"ping","id":"x"}"#,
                #"{"type":"ping","id":1e99}"#,
                #"{"type":"pong","id":1}"#, String(repeating: "[", count: 125),
            ]
            for text in others {
                try client.sendFrame(text)
                #expect(try answer().contains("Send "), "\(text)")
            }
            try client.sendFrame(opcode: 2, #"{"type":"ping","id":7}"#)
            #expect(try answer().contains("Send "))
        }
    }

    @Test("counts who leaves")
    func leaving() async throws {
        try await withFrontDesk(nothing) { connect in
            let client = try connect()
            _ = try client.upgrade("/live")
            do {
                let other = try connect()
                _ = try other.upgrade("/live")
                while try !client.readFrame().contains(#""connections":2"#) {}
            }
            while try !client.readFrame().contains(#""connections":1"#) {}
        }
    }

    @Test("is for the page's own origin only")
    func origin() async throws {
        try await withFrontDesk(nothing) { connect in
            let own = try connect().upgrade("/live", origin: "http://desk")
            #expect(own.hasPrefix("HTTP/1.1 101 "))
            let other = try connect().upgrade("/live", origin: "http://evil.example")
            #expect(other.hasPrefix("HTTP/1.1 403 "))
        }
    }

    @Test(
        "tells its own origin from others",
        arguments: [
            (nil, "desk", true), ("http://desk", "desk", true), ("https://desk", "desk", true),
            ("http://Desk", "dESK", true), ("http://desk:8080", "desk:8080", true), ("http://desk", "desk:80", true),
            ("https://desk", "desk:443", true), ("https://desk", "desk:80", false), ("http://desk:81", "desk", false),
            ("http://[::1]:8080", "[::1]:8080", true), ("null", "desk", false), ("", "", false), ("http://", "", true),
            ("desk", "desk", false), ("http://desk.evil", "desk", false), ("http://evil/desk", "desk", false),
            ("http://desk", nil, false),
        ] as [(String?, String?, Bool)])
    func sameOrigin(origin: String?, authority: String?, allowed: Bool) {
        #expect(SameOrigin.allows(origin: origin, authority: authority) == allowed)
    }
}
