package import Reactor
package import WebSocket

/// The bare server, for conformance tests and benchmarks: `/echo` sends back what it gets; what arrives on `/pub` goes
/// to everyone on `/sub`; `/healthz` answers 200.
package final class EchoApplication: Application {
    private enum Path: UInt64 {
        case echo = 1
        case subscribe
        case publish
    }

    private static let topic = "everyone"
    private let others: [LoopHandle]
    private let policy: UpgradePolicy

    package init(_ handle: LoopHandle, _ all: [LoopHandle], deflate: DeflatePolicy?) {
        others = all.filter { $0.index != handle.index }
        var policy = UpgradePolicy()
        policy.deflate = deflate
        self.policy = policy
    }

    package func plan(
        for head: RequestHead, on connection: Connection, loop: EventLoop
    ) -> RequestPlan {
        let path: Path
        if head.hasPath("/echo") {
            path = .echo
        } else if head.hasPath("/sub") {
            path = .subscribe
        } else if head.hasPath("/pub") {
            path = .publish
        } else {
            return .respond(Self.plainResponse(to: head))
        }
        connection.context = path.rawValue
        return .upgrade(policy)
    }

    private static func plainResponse(to head: RequestHead) -> Response {
        guard head.hasPath("/healthz") else { return Response(.notFound, text: "Nothing is served here.\n") }
        guard head.method == .get || head.method == .head else {
            var response = Response(.methodNotAllowed, text: "GET and HEAD are served here.\n")
            response.set("Allow", "GET, HEAD")
            return response
        }
        return .ok("ok\n")
    }

    package func respond(
        to head: RequestHead, body: [UInt8], request: RequestID, loop: EventLoop
    ) {
        // No plan of ours collects a body.
    }

    package func opened(_ connection: Connection, subprotocol: String?, loop: EventLoop) {
        if connection.context == Path.subscribe.rawValue { loop.subscribe(connection, to: Self.topic) }
    }

    package func received(
        _ kind: MessageKind, _ bytes: UnsafeMutableRawBufferPointer, on connection: Connection,
        loop: EventLoop
    ) {
        let message = UnsafeRawBufferPointer(bytes)
        let path = connection.context
        if path == Path.echo.rawValue {
            loop.send(kind, message, to: connection)
        } else if path == Path.publish.rawValue {
            publish(kind, message, from: connection, loop: loop)
        } else {
            loop.close(connection, .policyViolation, "this side only receives")
        }
    }

    private func publish(
        _ kind: MessageKind, _ message: UnsafeRawBufferPointer, from connection: Connection,
        loop: EventLoop
    ) {
        loop.publish(kind, message, toTopicNamed: Self.topic)
        guard !others.isEmpty else { return }
        let copy = [UInt8](message)
        for other in others where !other.publish(kind, copy, toTopicNamed: Self.topic) {
            // Its loop is behind by a whole mailbox: the publisher must slow down, nothing is dropped in silence.
            return loop.close(connection, .tryAgainLater, "publishing faster than can be delivered")
        }
    }

    package func closed(_ connection: Connection, code: CloseCode, loop: EventLoop) {}
}
