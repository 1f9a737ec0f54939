package import Logging
package import Reactor
package import WebSocket

/// What `foyer serve` serves on a loop: HTTP by a table of routes, and the sockets of `/v1/socket`, which another
/// application takes over from the handshake on.
///
/// Handlers are `async` and run as tasks in Swift's own pool, never on a loop: a handler may wait and may read a page from
/// the disk; what may block for long it hands to `BlockingWork`. There is at most one a connection, because its next
/// request is read when this one is answered.
package final class FrontDeskApplication: Application {
    private let handle: LoopHandle
    private let routes: Routes
    private let security: PageSecurity
    /// Nil: this house has no sockets.
    private let sockets: (any Application)?
    private let proxies: TrustedProxies
    private let log: Logger

    package init(
        _ handle: LoopHandle, routes: Routes, publicURL: PublicURL, behind proxies: TrustedProxies,
        sockets: (any Application)? = nil, log: Logger
    ) {
        self.handle = handle
        self.proxies = proxies
        self.routes = routes
        self.sockets = sockets
        self.log = log
        security = PageSecurity(publicURL)
    }

    package func began(loop: EventLoop) {
        sockets?.began(loop: loop)
    }

    // MARK: - HTTP

    package func plan(
        for head: RequestHead, on connection: Connection, loop: EventLoop
    ) -> RequestPlan {
        if let sockets, head.hasPath("/v1/socket") { return sockets.plan(for: head, on: connection, loop: loop) }
        switch routes.match(head) {
        case .none(let response):
            return .respond(finish(response, head))
        case .found(let routed):
            return plan(for: routed, head)
        }
    }

    private func plan(for routed: RoutedRequest, _ head: RequestHead) -> RequestPlan {
        if let answer = routed.fixed { return .respond(finish(answer, head)) }
        // Known from the head: said in the form that the asker reads. A body in chunks the loop itself cuts off.
        if case .length(let bytes) = head.framing, bytes > routed.bodyLimit.bytes {
            let refusal = Response(HTTPRefusal(.contentTooLarge, "The body is too large."))
            return .respond(finish(routed.route.tooLarge ?? refusal, head))
        }
        if routed.isStreaming {
            return .stream(StreamedBody(handle: handle, answer: answer(routed)), maxBytes: routed.bodyLimit.bytes)
        }
        return .collect(maxBytes: routed.bodyLimit.bytes)
    }

    package func respond(
        to head: RequestHead, body: [UInt8], request: RequestID, loop: EventLoop
    ) {
        // Matched again, which costs less than remembering the match of each request whose body is on its way.
        switch routes.match(head) {
        case .none(let response):
            loop.respond(request, finish(response, head))
        case .found(let routed):
            let client = loop.peer(of: request).map { proxies.client(of: head, from: $0) }
            Task { [handle, answer = answer(routed, from: client)] in
                // Whoever comes in must not be felt by those who are in.
                OwnThread.yieldToOthers()
                handle.respond(request, await answer(RequestBody(body)))
            }
        }
    }

    /// What gives the answer, on any thread.
    private func answer(
        _ routed: RoutedRequest, from peer: PeerAddress? = nil
    ) -> @Sendable (RequestBody) async -> Response {
        let log = log
        let security = security
        return { body in
            let response = await routed.respond(body, from: peer) { error in
                let request = "\(routed.head.methodName) \(routed.route.pattern.text)"
                log.error("a handler failed", metadata: ["request": "\(request)", "error": "\(error)"])
            }
            return Self.finish(response, routed.head, security)
        }
    }

    private func finish(_ response: Response, _ head: RequestHead) -> Response {
        Self.finish(response, head, security)
    }

    private static func finish(_ response: Response, _ head: RequestHead, _ security: PageSecurity) -> Response {
        security.harden(API.covers(head) ? API.shape(response) : response)
    }

    // MARK: - WebSocket

    package func opened(_ connection: Connection, subprotocol: String?, loop: EventLoop) {
        sockets?.opened(connection, subprotocol: subprotocol, loop: loop)
    }

    package func received(
        _ kind: MessageKind, _ bytes: UnsafeMutableRawBufferPointer, on connection: Connection,
        loop: EventLoop
    ) {
        sockets?.received(kind, bytes, on: connection, loop: loop)
    }

    package func closed(_ connection: Connection, code: CloseCode, loop: EventLoop) {
        sockets?.closed(connection, code: code, loop: loop)
    }
}
