#if FOYER_TESTING
import CaseMachine
import Testing

@testable import Gateway

@Suite struct `The control socket of debug builds` {
    @Test(arguments: ["", "later", "advance", "advance soon", "advance -1", "advance 999999999999", "now now"])
    func `says what it takes instead of a request that it does not know`(request: String) {
        #expect(ControlSocket.answer(to: request).hasPrefix("error: "))
    }

    // The clock is the whole process's, so that it is moved by nothing here: Tests/EndToEnd lets days pass.
    @Test(arguments: ["now", "advance 0"]) func `tells the house's time`(request: String) throws {
        let before = SystemClock.now().wall.milliseconds
        let told = try #require(Int64(ControlSocket.answer(to: request)))
        #expect((before...before + 60_000).contains(told))
    }

    @Test func `does not listen where a file stands`() throws {
        #expect(throws: ControlSocketError.self) { try ControlSocket(path: "/") }
        #expect(throws: ControlSocketError.self) { try ControlSocket(path: String(repeating: "x", count: 200)) }
    }
}
#endif
