import Testing

@testable import WebSocket

@Suite("The closing handshake (§7.1)")
struct ClosingHandshakeTests {
    @Test(
        "sends one close frame when we close",
        arguments: [
            (.open, true, .closeSent), (.closeSent, false, .closeSent), (.done, false, .done),
        ] as [(ClosingHandshake, Bool, ClosingHandshake)])
    func close(from state: ClosingHandshake, sends: Bool, to next: ClosingHandshake) {
        var handshake = state
        #expect(handshake.close() == sends)
        #expect(handshake == next)
    }

    @Test(
        "answers a close frame once, unless it is the answer (§5.5.1)",
        arguments: [
            (.open, .reply), (.closeSent, .end), (.done, .ignore),
        ] as [(ClosingHandshake, ClosingHandshake.OnClose)])
    func receivedClose(from state: ClosingHandshake, asks answer: ClosingHandshake.OnClose) {
        var handshake = state
        #expect(handshake.receivedClose() == answer)
        #expect(handshake == .done)
    }

    @Test(
        "ends at a failure, and says why unless a close frame is out (§7.1.7)",
        arguments: [(.open, true), (.closeSent, false), (.done, false)] as [(ClosingHandshake, Bool)])
    func fail(from state: ClosingHandshake, sends: Bool) {
        var handshake = state
        #expect(handshake.fail() == sends)
        #expect(handshake == .done)
    }

    @Test("sends at most one close frame, whatever happens in whatever order")
    func anyOrder() {
        for order in 0..<(3 * 3 * 3 * 3) {
            var handshake = ClosingHandshake.open
            var sent = 0
            var rest = order
            for _ in 0..<4 {
                switch rest % 3 {
                case 0: sent += handshake.close() ? 1 : 0
                case 1: sent += handshake.receivedClose() == .reply ? 1 : 0
                default: sent += handshake.fail() ? 1 : 0
                }
                rest /= 3
            }
            #expect(sent == 1)
        }
    }
}
