import Testing
import WebSocket

@testable import Gateway

@Suite struct PageSecurityTests {
    private func security(_ origin: String) throws -> PageSecurity { PageSecurity(try PublicURL(origin)) }

    @Test func `a chat is shown by us and by whom the organisation allows`() throws {
        let embedding = PageSecurity.Embedding.ourselves(and: ["https://clinic.example", "http://localhost:1"])
        let page = try security("https://chat.example").page(.ok(""), embedding: embedding)
        let policy = try #require(page.first("Content-Security-Policy"))
        #expect(policy.hasSuffix("; frame-ancestors 'self' https://clinic.example http://localhost:1"))
        #expect(policy.contains("; connect-src 'self' wss://chat.example; "))
        #expect(page.first("X-Frame-Options") == nil)
    }

    @Test func `an origin that would end its line reaches no header`() throws {
        let embedding = PageSecurity.Embedding.ourselves(and: ["https://a\r\nX: y"])
        #expect(throws: InvalidFieldValue.self) {
            try security("https://chat.example").page(.ok(""), embedding: embedding)
        }
    }

    @Test func `what a page has set stays, all else gets the strictest`() throws {
        let security = try security("http://127.0.0.1:8080")
        let page = try security.page(.ok(""), embedding: .nobody)
        let hardened = security.harden(page)
        #expect(hardened.first("Content-Security-Policy") == page.first("Content-Security-Policy"))
        #expect(hardened.first("Strict-Transport-Security") == nil)
        let plain = security.harden(.ok("x"))
        #expect(
            plain.first("Content-Security-Policy") == "default-src 'none'; base-uri 'none'; frame-ancestors 'none'")
        #expect(plain.first("Cross-Origin-Resource-Policy") == "same-origin")
        #expect(security.harden(security.shared(.ok("x"))).first("Cross-Origin-Resource-Policy") == "cross-origin")
    }

    @Test func `where TLS is it stays`() throws {
        #expect(try security("https://a.example").harden(.ok("")).first("Strict-Transport-Security") != nil)
    }
}
