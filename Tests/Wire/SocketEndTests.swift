import Testing
import Wire

@Suite struct SocketEndTests {
    @Test(arguments: [
        (SocketEnd.serverAsks, "", CloseAdvice.resume), (.tooSlow, "", .resume), (.silence, "", .resume),
        (.badTicket, "", .authenticate), (.signedOut, "", .authenticate), (.sessionEnded, "", .authenticate),
        (.permissionsChanged, "", .authenticate), (.restarting, "1500", .wait(milliseconds: 1500)),
        (.tooManyConnections, "30000", .wait(milliseconds: 30_000)), (.notTheProtocol, "", .stop),
        (.wrongOrigin, "", .stop),
    ])
    func `each end says what to do`(_ end: SocketEnd, _ reason: String, _ advice: CloseAdvice) {
        #expect(CloseAdvice(code: end.rawValue, reason: reason) == advice)
    }

    @Test(arguments: [
        (UInt16(4099), CloseAdvice.resume), (4199, .authenticate), (4299, .wait(milliseconds: 5000)), (4399, .stop),
        (4400, .tryAgain), (3999, .tryAgain), (1006, .tryAgain), (1000, .tryAgain), (0, .tryAgain),
        (.max, .tryAgain),
    ])
    func `a code that is newer than the client is understood by its range`(_ code: UInt16, _ advice: CloseAdvice) {
        #expect(CloseAdvice(code: code, reason: "") == advice)
    }

    @Test(arguments: ["soon", "-1", "99999999999999999999", "", "1.5"])
    func `a delay that is none is the usual one`(_ reason: String) {
        #expect(CloseAdvice(code: 4200, reason: reason) == .wait(milliseconds: 5000))
    }

    @Test func `a client waits ten minutes at most`() {
        #expect(CloseAdvice(code: 4200, reason: "999999999999") == .wait(milliseconds: 600_000))
    }
}
