package import Logging
package import Reactor
package import WebSocket

/// What `foyer serve` serves: HTTP by a table of routes, and `/live`, the WebSocket of the page's pulse.
///
/// Handlers are `async` and run as tasks in Swift's own pool, never on a loop: a handler may wait and may read the
/// disk. There is at most one a connection, because its next request is read when this one is answered.
package final class FrontDeskApplication: Application {
    private let handle: LoopHandle
    private let routes: Routes
    private let pulse: PagePulse
    private let log: Logger

    package init(
        _ handle: LoopHandle, routes: Routes, figures: HouseFigures, log: Logger
    ) {
        self.handle = handle
        self.routes = routes
        self.log = log
        pulse = PagePulse(figures: figures)
    }

    package func began(loop: EventLoop) {
        pulse.begin(on: loop)
    }

    // MARK: - HTTP

    package func plan(
        for head: RequestHead, on connection: Connection, loop: EventLoop
    ) -> RequestPlan {
        if head.hasPath("/live") { return .upgrade(PagePulse.policy(for: head)) }
        switch routes.match(head) {
        case .none(let response):
            return .respond(PageSecurity.harden(response))
        case .found(let routed) where routed.isStreaming:
            return .stream(StreamedBody(handle: handle, answer: answer(routed)), maxBytes: routed.bodyLimit.bytes)
        case .found(let routed):
            return .collect(maxBytes: routed.bodyLimit.bytes)
        }
    }

    package func respond(
        to head: RequestHead, body: [UInt8], request: RequestID, loop: EventLoop
    ) {
        // Matched again, which costs less than remembering the match of each request whose body is on its way.
        switch routes.match(head) {
        case .none(let response):
            loop.respond(request, PageSecurity.harden(response))
        case .found(let routed):
            Task { [handle, answer = answer(routed)] in
                handle.respond(request, await answer(RequestBody(body)))
            }
        }
    }

    /// What gives the answer, on any thread.
    private func answer(_ routed: RoutedRequest) -> @Sendable (RequestBody) async -> Response {
        let log = log
        return { body in
            let response = await routed.respond(body) { error in
                let request = "\(routed.head.methodName) \(routed.head.path)"
                log.error("a handler failed", metadata: ["request": "\(request)", "error": "\(error)"])
            }
            return PageSecurity.harden(response)
        }
    }

    // MARK: - WebSocket

    package func opened(_ connection: Connection, subprotocol: String?, loop: EventLoop) {
        pulse.opened(connection, loop)
    }

    package func received(
        _ kind: MessageKind, _ bytes: UnsafeMutableRawBufferPointer, on connection: Connection,
        loop: EventLoop
    ) {
        pulse.received(kind, UnsafeRawBufferPointer(bytes), on: connection, loop)
    }

    package func closed(_ connection: Connection, code: CloseCode, loop: EventLoop) {
        pulse.closed()
    }
}
