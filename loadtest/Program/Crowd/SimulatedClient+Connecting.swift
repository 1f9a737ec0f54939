import LoadCheck
import Reactor
import WebSocket
import Wire

/// From a ticket to a socket, and from a lost one to the next.
extension SimulatedClient {
    private static var answerTimeout: Int64 { 10_000_000 }
    private static var pingInterval: Int64 { 20_000_000 }

    /// Called some twenty times a second.
    func wake(_ now: Int64, _ loop: EventLoop) {
        switch phase {
        case .away(let until):
            if now >= until { comeIn() }
        case .authenticating(let connection):
            if hasWaitedTooLong(now) { hangUp(connection, loop) }
        case .ready(let connection):
            if hasWaitedTooLong(now) { return hangUp(connection, loop) }
            if now - lastSent >= Self.pingInterval { ask(.ping, .ping, loop) }
            if restsUntil > 0, now >= restsUntil {
                restsUntil = 0
                goOn(loop)
            }
        case .fetchingTicket, .connecting, .leaving, .gone:
            break
        }
    }

    /// A client that gets no answer for 10 s takes the socket for dead (docs/protocol.md).
    private func hasWaitedTooLong(_ now: Int64) -> Bool {
        unanswered.values.contains { now - $0.sentAt > Self.answerTimeout }
    }

    private func hangUp(_ connection: ConnectionID, _ loop: EventLoop) {
        phase = .leaving
        // A closing handshake would wait for an answer, too.
        loop.cut(connection)
    }

    func comeIn() {
        phase = .fetchingTicket
        let number = number
        let handle = crowd.handle
        crowd.plan.tickets.fetch(participant.session, at: nodes.current) { result in
            let isPosted = handle.run { loop in
                (loop.app as? Crowd)?.client(number)?.ticketArrived(result, loop)
            }
            // The loop has ended, and nobody waits any more.
            _ = isPosted
        }
    }

    private func ticketArrived(_ result: Result<String, HouseError>, _ loop: EventLoop) {
        guard case .fetchingTicket = phase else { return }
        switch result {
        case .success(let ticket):
            let node = crowd.plan.addresses[nodes.current]
            var request = ClientRequest(address: node.address, target: "/v1/socket")
            request.security = node.security
            request.subprotocols = ["foyer.v1"]
            request.context = UInt64(number)
            phase = .connecting(ticket: ticket)
            if loop.connect(request) == nil { fail("no socket is to be had") }
        case .failure(let error):
            if error.status == 401 { return fail("the session has ended: \(error)") }
            guard let seconds = error.retryAfterSeconds, (0...Self.longestPromise).contains(seconds) else {
                nodes.moveOn()
                return comeBack(after: nil)
            }
            // The place is promised at this node.
            comeBack(after: Int64(seconds * 1e6))
        }
    }

    /// As the pages: who is told to wait for longer than ten minutes was told so by mistake.
    private static var longestPromise: Double { 600 }

    func opened(_ connection: ConnectionID, _ loop: EventLoop) {
        guard case .connecting(let ticket) = phase else { return }
        phase = .authenticating(connection)
        ask(.authenticate, .authenticate(Authenticate(ticket: ticket, device: .other)), loop)
    }

    func closed(_ code: CloseCode, reason: String) {
        if case .gone = phase { return }
        // One that was never let in has nothing to lose.
        if inSince != nil { crowd.book.note(.disconnect, number) { $0.code = String(code.rawValue) } }
        noteEnd()
        unanswered.removeAll(keepingCapacity: true)
        isWatching = false
        restsUntil = 0
        opening?.isUnderWay = false
        for index in claims.indices { claims[index].isUnderWay = false }
        for followed in order { followed.disconnected() }
        switch CloseAdvice(code: code.rawValue, reason: reason) {
        case .resume:
            nodes.moveOn()
            comeBack(after: 0)
        case .authenticate:
            // The node has nothing against the client but its ticket.
            comeBack(after: nil)
        case .tryAgain:
            nodes.moveOn()
            comeBack(after: nil)
        case .wait(let milliseconds):
            nodes.moveOn()
            comeBack(after: milliseconds * 1000)
        case .stop: fail("the server says that this client does something wrong (\(code.rawValue))")
        }
    }

    /// A connection that lived for so long has proven itself: the next loss begins with short pauses.
    private static var provenMicroseconds: Int64 { 10_000_000 }

    private func noteEnd() {
        if let since = inSince, microseconds() - since >= Self.provenMicroseconds { backoff.reset() }
        inSince = nil
        guard isInPlace else { return }
        isInPlace = false
        lostAt = microseconds()
        crowd.plan.progress.add(.inPlace, -1)
    }

    /// In so many microseconds; without a number after a random pause.
    private func comeBack(after microsecondsFromNow: Int64?) {
        let pause = microsecondsFromNow ?? backoff.next(using: &crowd.numbers)
        phase = .away(until: microseconds() + pause)
    }
}
