package import WebSocket

/// HTTP/1.1 on a connection: requests one after the other, until one becomes a WebSocket.
///
/// The common handshake arrives whole and leaves no trace: its head is parsed in the receive buffer and the connection
/// is a WebSocket before the read returns. Everything else gets an `HTTPExchange`.
extension EventLoop {
    func httpReceived(
        _ record: UnsafeMutablePointer<ConnectionRecord>, _ bytes: UnsafeMutableRawBufferPointer
    ) {
        if record.pointee.exchange == nil {
            var parser = RequestHeadParser()
            switch parser.parse(UnsafeRawBufferPointer(bytes)) {
            case .head(let head, let length):
                let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[length...])
                return begin(head, on: record, rest)
            case .needMore, .refused:
                break  // parsed again below, from the exchange's own buffer
            }
        }
        let exchange = record.pointee.exchange ?? HTTPExchange()
        record.pointee.exchange = exchange
        let beginsRequest = exchange.state == .readingHead && exchange.input.isEmpty && exchange.serial > 0
        exchange.input.append(UnsafeRawBufferPointer(bytes))
        if beginsRequest {
            // The first bytes of a further request: from here on its head has its own time.
            record.pointee.since = now
            armTimer(record)
        }
        advance(record, exchange)
    }

    /// The first request of a connection, whole in the receive buffer.
    private func begin(
        _ head: RequestHead, on record: UnsafeMutablePointer<ConnectionRecord>, _ rest: UnsafeMutableRawBufferPointer
    ) {
        let plan = planned(head, record)
        if case .upgrade(let policy) = plan, case .accepted(let upgrade) = ServerUpgrade.evaluate(head, policy: policy)
        {
            openWebSocket(record, upgrade)
            if rest.count > 0, record.pointee.phase == .webSocket { webSocketReceived(record, rest) }
            return
        }
        let exchange = HTTPExchange()
        record.pointee.exchange = exchange
        exchange.input.append(UnsafeRawBufferPointer(rest))
        carryOut(plan, head, record, exchange)
        advance(record, exchange)
    }

    private func planned(_ head: RequestHead, _ record: UnsafeMutablePointer<ConnectionRecord>) -> RequestPlan {
        endHandshake(record)
        return app.plan(for: head, on: Connection(record), loop: self)
    }

    // MARK: - Requests in pieces

    /// Goes on with what has arrived, request after request, until bytes or an answer are missing.
    func advance(_ record: UnsafeMutablePointer<ConnectionRecord>, _ exchange: HTTPExchange) {
        guard !exchange.isAdvancing else { return }
        exchange.isAdvancing = true
        defer {
            exchange.compact()
            exchange.isAdvancing = false
        }
        while record.pointee.phase == .http {
            switch exchange.state {
            case .readingHead:
                // Who does not read its answers gets no more of them (`sentAnswers` goes on).
                guard exchange.rest.count > 0, !isBehind(record), readHead(record, exchange) else { return }
            case .readingBody:
                guard !exchange.isPaused, readBody(record, exchange) else { return waitToRead(record, exchange) }
            case .answering:
                return waitToRead(record, exchange)
            }
        }
        // It became a WebSocket: what follows the request is frames.
        guard record.pointee.phase == .webSocket, exchange.rest.count > 0 else { return }
        webSocketReceived(record, exchange.rest)
    }

    /// More answers wait for the peer than it may leave unread.
    private func isBehind(_ record: UnsafeMutablePointer<ConnectionRecord>) -> Bool {
        (record.pointee.outbox?.byteCount ?? 0) > limits.pauseReadingBytes
    }

    /// All answers are out: requests that had to wait for that are taken up.
    func sentAnswers(_ record: UnsafeMutablePointer<ConnectionRecord>) {
        guard record.pointee.phase == .http, let exchange = record.pointee.exchange, exchange.rest.count > 0 else {
            return
        }
        corked = record
        advance(record, exchange)
        uncork()
    }

    /// `false`: the head is incomplete, or refused.
    private func readHead(_ record: UnsafeMutablePointer<ConnectionRecord>, _ exchange: HTTPExchange) -> Bool {
        switch exchange.parser.parse(UnsafeRawBufferPointer(exchange.rest)) {
        case .needMore:
            return false
        case .refused(let refusal):
            refuse(record, exchange, refusal)
            return false
        case .head(let head, let length):
            exchange.taken += length
            carryOut(planned(head, record), head, record, exchange)
            return true
        }
    }

    private func carryOut(
        _ plan: RequestPlan, _ head: RequestHead, _ record: UnsafeMutablePointer<ConnectionRecord>,
        _ exchange: HTTPExchange
    ) {
        exchange.head = head
        record.pointee.since = now
        switch plan {
        case .upgrade(let policy):
            switch ServerUpgrade.evaluate(head, policy: policy) {
            case .accepted(let upgrade): openWebSocket(record, upgrade)
            case .refused(let response): answerUnread(record, exchange, response)
            }
        case .respond(let response):
            answerUnread(record, exchange, response)
        case .collect(let maxBytes):
            beginBody(record, exchange, maxBytes: min(maxBytes, limits.collectedBodyBytes))
        case .stream(let receiver, let maxBytes):
            exchange.receiver = receiver
            receiver.began(RequestID(connection: record.pointee.id, serial: exchange.serial))
            beginBody(record, exchange, maxBytes: maxBytes)
        }
    }

    /// Answers before the body was read. If there is one, what follows cannot be told apart from it: the connection
    /// ends with the answer.
    private func answerUnread(
        _ record: UnsafeMutablePointer<ConnectionRecord>, _ exchange: HTTPExchange, _ response: Response
    ) {
        exchange.state = exchange.head?.framing == BodyFraming.none ? .answering : .readingBody
        answer(record, exchange, response)
    }

    private func beginBody(
        _ record: UnsafeMutablePointer<ConnectionRecord>, _ exchange: HTTPExchange, maxBytes: Int
    ) {
        guard let head = exchange.head else { return }
        exchange.state = .readingBody
        exchange.body = BodyDecoder(head.framing, limitBytes: maxBytes)
        // RFC 9110 §10.1.1: the client waits for this before it sends the body.
        if head.expectsContinue, head.framing != BodyFraming.none, exchange.rest.count == 0 {
            send(record, "HTTP/1.1 100 Continue\r\n\r\n")
        }
        if head.framing != BodyFraming.none { armTimer(record) }
    }

    /// `false`: more must arrive first, or nothing more will be read.
    private func readBody(_ record: UnsafeMutablePointer<ConnectionRecord>, _ exchange: HTTPExchange) -> Bool {
        while true {
            let bytes = UnsafeRawBufferPointer(exchange.rest)
            switch exchange.body.decode(bytes) {
            case .needMore:
                exchange.taken = exchange.input.count
                return false
            case .data(let range):
                exchange.taken += range.upperBound
                // A file on its way may take long, and must not stand still.
                if exchange.receiver != nil { record.pointee.since = now }
                guard take(UnsafeRawBufferPointer(rebasing: bytes[range]), exchange) else { return false }
            case .finished(let count):
                exchange.taken += count
                exchange.state = .answering
                complete(record, exchange)
                return true
            case .refused(let refusal):
                refuse(record, exchange, refusal)
                return false
            }
        }
    }

    /// `false`: the receiver wants a pause.
    private func take(_ bytes: UnsafeRawBufferPointer, _ exchange: HTTPExchange) -> Bool {
        guard let receiver = exchange.receiver else {
            exchange.collected.append(contentsOf: bytes)
            return true
        }
        exchange.isPaused = !receiver.received(bytes)
        return !exchange.isPaused
    }

    private func complete(_ record: UnsafeMutablePointer<ConnectionRecord>, _ exchange: HTTPExchange) {
        guard let head = exchange.head else { return }
        if let receiver = exchange.receiver {
            receiver.ended(complete: true)
            exchange.receiver = nil
        } else {
            let request = RequestID(connection: record.pointee.id, serial: exchange.serial)
            let body = exchange.collected
            exchange.collected = []
            app.respond(to: head, body: body, request: request, loop: self)
        }
    }

    func resumeBody(_ request: RequestID) {
        guard let record = slab[request.connection], record.pointee.phase == .http,
            let exchange = record.pointee.exchange, exchange.serial == request.serial, exchange.isPaused
        else { return }
        exchange.isPaused = false
        record.pointee.since = now
        corked = record
        advance(record, exchange)
        uncork()
        armTimer(record)
        readAgain(record)
    }

    /// The body will not be completed.
    func abandon(_ exchange: HTTPExchange) {
        exchange.receiver?.ended(complete: false)
        exchange.receiver = nil
    }

    // MARK: - Answers

    /// Answers a request; the answer to one that has ended is dropped.
    package func respond(_ request: RequestID, _ response: Response) {
        guard let record = slab[request.connection], record.pointee.phase == .http,
            let exchange = record.pointee.exchange, exchange.serial == request.serial, exchange.head != nil
        else { return }
        // Callbacks never nest: what is answered while the application is told of an end is answered after that.
        guard !isReporting else { return handle.respond(request, response) }
        switch corked {
        case record:
            answer(record, exchange, response)
            advance(record, exchange)
        case nil:
            corked = record
            answer(record, exchange, response)
            advance(record, exchange)
            uncork()
            readAgain(record)
        default:
            // Another connection is being dealt with: this one's turn comes with the mail.
            handle.respond(request, response)
        }
    }

    /// Who asks, while the request waits for its answer.
    package func peer(of request: RequestID) -> PeerAddress? {
        slab[request.connection]?.pointee.address
    }

    private func answer(
        _ record: UnsafeMutablePointer<ConnectionRecord>, _ exchange: HTTPExchange, _ response: Response
    ) {
        guard let head = exchange.head else { return }
        let keepsAlive = head.keepsAlive && exchange.state == .answering && !isStopping
        if exchange.state == .readingBody { abandon(exchange) }
        exchange.finishRequest()
        record.pointee.since = now
        figures.respond(response.status)
        response.write(into: &cork, Response.Exchange(answering: head, keepsAlive: keepsAlive), now: wallClock())
        if cork.count >= Self.corkBytes { flushCork() }
        if keepsAlive {
            armTimer(record)
        } else {
            record.pointee.flags.insert(.lingers)
            endWhenSent(record)
        }
    }

    private func refuse(
        _ record: UnsafeMutablePointer<ConnectionRecord>, _ exchange: HTTPExchange, _ refusal: HTTPRefusal
    ) {
        abandon(exchange)
        figures.respond(refusal.status)
        Response(refusal).write(into: &cork, now: wallClock())
        record.pointee.flags.insert(.lingers)
        endWhenSent(record)
    }

    /// Bytes of ours that are no response to keep.
    func send(_ record: UnsafeMutablePointer<ConnectionRecord>, _ text: StaticString) {
        cork.append(text)
        flushCork()
    }

    // MARK: - Pausing

    /// Whether the peer has sent as much ahead as we are willing to keep.
    func mustWaitToRead(_ record: UnsafeMutablePointer<ConnectionRecord>) -> Bool {
        guard record.pointee.phase == .http, let exchange = record.pointee.exchange else { return false }
        return exchange.isPaused
            || (exchange.state == .answering && exchange.rest.count > limits.pipelinedBytes)
    }

    private func waitToRead(_ record: UnsafeMutablePointer<ConnectionRecord>, _ exchange: HTTPExchange) {
        guard mustWaitToRead(record), !record.pointee.flags.contains(.pausesRead) else { return }
        record.pointee.flags.insert(.pausesRead)
        updateInterest(record)
    }

    /// Also a connection that has become a WebSocket meanwhile, by a request that had waited behind others.
    private func readAgain(_ record: UnsafeMutablePointer<ConnectionRecord>) {
        guard record.pointee.phase == .http || record.pointee.phase == .webSocket,
            record.pointee.flags.contains(.pausesRead), !mustWaitToRead(record),
            (record.pointee.outbox?.byteCount ?? 0) <= limits.pauseReadingBytes
        else { return }
        record.pointee.flags.remove(.pausesRead)
        updateInterest(record)
        armTimer(record)
    }

    // MARK: - Time

    func requestDeadline(_ record: UnsafeMutablePointer<ConnectionRecord>) -> Tick? {
        let since = record.pointee.since
        guard let exchange = record.pointee.exchange else { return since.after(limits.handshakeTimeout) }
        if let outbox = record.pointee.outbox { return outbox.lastProgress.after(limits.writeTimeout) }
        switch exchange.state {
        case .readingHead:
            let isIdle = exchange.serial > 0 && exchange.input.isEmpty
            return since.after(isIdle ? limits.keepAliveTimeout : limits.handshakeTimeout)
        case .readingBody:
            return exchange.isPaused ? nil : since.after(limits.bodyTimeout)
        case .answering:
            return nil
        }
    }

    func requestExpired(_ record: UnsafeMutablePointer<ConnectionRecord>) {
        if let outbox = record.pointee.outbox { return isStalled(record, outbox) ? drop(record, .abnormal) : () }
        guard let exchange = record.pointee.exchange,
            exchange.state == .readingBody || exchange.input.count > 0
        else { return drop(record, .abnormal) }
        corked = record
        refuse(record, exchange, HTTPRefusal(.requestTimeout, "The request did not arrive in time."))
        uncork()
    }

    // MARK: - Upgrade

    private func openWebSocket(_ record: UnsafeMutablePointer<ConnectionRecord>, _ upgrade: AcceptedUpgrade) {
        upgrade.write(into: &cork)
        becomeWebSocket(record, subprotocol: upgrade.subprotocol, deflate: upgrade.deflate)
    }

    func becomeWebSocket(
        _ record: UnsafeMutablePointer<ConnectionRecord>, subprotocol: String?, deflate: DeflateParameters?
    ) {
        record.pointee.phase = .webSocket
        record.pointee.exchange = nil
        record.pointee.since = now
        record.pointee.lastReceived = now
        record.pointee.flags.insert(.announced)
        figures.webSocketsOpened &+= 1
        if let deflate { agree(record, deflate) }
        armTimer(record)
        app.opened(Connection(record), subprotocol: subprotocol, loop: self)
        if isStopping { askToGo(record) }
    }

    private func agree(_ record: UnsafeMutablePointer<ConnectionRecord>, _ parameters: DeflateParameters) {
        let role: Role = record.pointee.flags.contains(.client) ? .client : .server
        guard role == .server, MessageCompression.isShareable(parameters) else {
            record.pointee.compression = MessageCompression(parameters, role: role, policy: deflatePolicy)
            return shareIfPossible(record, parameters, role)
        }
        let shared =
            sharedCompressions[parameters]
            ?? MessageCompression(parameters, role: .server, policy: deflatePolicy)
        sharedCompressions[parameters] = shared
        record.pointee.compression = shared
        shareIfPossible(record, parameters, role)
    }

    /// A published message is compressed without context and with the largest window: whose decompressor expects no
    /// context and has such a window can read it.
    private func shareIfPossible(
        _ record: UnsafeMutablePointer<ConnectionRecord>, _ parameters: DeflateParameters, _ role: Role
    ) {
        guard role == .server, parameters.serverNoContextTakeover,
            parameters.serverMaxWindowBits >= publishing.parameters.serverMaxWindowBits
        else { return }
        record.pointee.flags.insert(.sharesDeflate)
    }
}
