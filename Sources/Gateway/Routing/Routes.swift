package import Reactor
package import WebSocket

/// One line of the table: a method, a path, and what is done.
package struct Route: Sendable {
    enum Handler: Sendable {
        case fixed(Response)
        case whole(@Sendable (Request) async throws -> Response)
        case streaming(@Sendable (Request, RequestBody) async throws -> Response)
    }

    package let method: HTTPMethod
    /// A larger body is refused with 413, before it arrives where its length is announced.
    package let bodyLimit: ByteCount
    /// Said where a larger one is announced; nil: a few plain words.
    let tooLarge: Response?
    let pattern: RoutePattern
    let handler: Handler

    /// Always the same answer, given by the loop itself: whatever else stands still.
    package init(_ method: HTTPMethod, _ path: String, always answer: Response) {
        self.method = method
        bodyLimit = .zero
        tooLarge = nil
        pattern = RoutePattern(path)
        handler = .fixed(answer)
    }

    /// The handler gets the whole body, once it is there.
    package init(
        _ method: HTTPMethod, _ path: String, bodyLimit: ByteCount = .zero,
        handler: @escaping @Sendable (Request) async throws -> Response
    ) {
        self.method = method
        self.bodyLimit = bodyLimit
        tooLarge = nil
        pattern = RoutePattern(path)
        self.handler = .whole(handler)
    }

    /// The handler gets the body as it arrives.
    package init(
        streaming method: HTTPMethod, _ path: String, bodyLimit: ByteCount, tooLarge: Response? = nil,
        handler: @escaping @Sendable (Request, RequestBody) async throws -> Response
    ) {
        self.method = method
        self.bodyLimit = bodyLimit
        self.tooLarge = tooLarge
        pattern = RoutePattern(path)
        self.handler = .streaming(handler)
    }
}

@resultBuilder
package enum RoutesBuilder {
    package static func buildExpression(_ route: Route) -> [Route] { [route] }
    package static func buildExpression(_ routes: Routes) -> [Route] { routes.table }
    package static func buildBlock(_ parts: [Route]...) -> [Route] { parts.flatMap { $0 } }
    package static func buildOptional(_ part: [Route]?) -> [Route] { part ?? [] }
    package static func buildEither(first part: [Route]) -> [Route] { part }
    package static func buildEither(second part: [Route]) -> [Route] { part }
    package static func buildArray(_ parts: [[Route]]) -> [Route] { parts.flatMap { $0 } }
}

/// The table of routes. Its first line that fits a request answers it, so that special paths stand above general ones.
package struct Routes: Sendable {
    let table: [Route]

    package init(@RoutesBuilder _ table: () -> [Route]) {
        self.table = table()
    }

    package enum Match: Sendable {
        case found(RoutedRequest)
        /// No line fits; this is the answer, and the body, if there is one, is not read.
        case none(Response)
    }

    /// Finds the line for a request as soon as its head is there, so that the body's limit is known before the body.
    package func match(_ head: RequestHead) -> Match {
        guard head.method != .other else {
            // RFC 9110 §9.1
            return .none(Response(.notImplemented, text: "The method is unknown.\n"))
        }
        let path = RoutePattern.split(head.path)
        var allowed: Set<HTTPMethod> = []
        var fallback: RoutedRequest?
        for route in table {
            guard let parameters = route.pattern.match(path) else { continue }
            let routed = RoutedRequest(route: route, head: head, parameters: parameters)
            if route.method == head.method { return .found(routed) }
            // HEAD is GET without the body, which the connection leaves out: RFC 9110 §9.3.2.
            if route.method == .get, head.method == .head, fallback == nil { fallback = routed }
            allowed.insert(route.method)
        }
        if let fallback { return .found(fallback) }
        return .none(allowed.isEmpty ? Self.notFound : Self.methodNotAllowed(allowed))
    }

    private static var notFound: Response { Response(.notFound, text: "There is nothing here.\n") }

    /// RFC 9110 §15.5.6
    private static func methodNotAllowed(_ allowed: Set<HTTPMethod>) -> Response {
        var response = Response(.methodNotAllowed, text: "This is not done here.\n")
        let all = allowed.contains(.get) ? allowed.union([.head]) : allowed
        // Cannot fail: the names of methods are tokens.
        try? response.set("Allow", checking: all.map(\.rawValue).sorted().joined(separator: ", "))
        return response
    }
}

/// A request that has found its line of the table.
package struct RoutedRequest: Sendable {
    let route: Route
    package let head: RequestHead
    package let parameters: [String: String]

    package var bodyLimit: ByteCount { route.bodyLimit }

    /// The answer that needs no handler; nil where there is one.
    package var fixed: Response? {
        switch route.handler {
        case .fixed(let answer): answer
        case .whole, .streaming: nil
        }
    }

    /// Whether the handler takes the body as it arrives.
    package var isStreaming: Bool {
        switch route.handler {
        case .fixed, .whole: false
        case .streaming: true
        }
    }

    /// Runs the handler. What it throws becomes an answer: an `HTTPRefusal` the one that it names, everything else 500
    /// without a word about the cause, which `report` gets.
    package func respond(
        _ body: RequestBody, from peer: PeerAddress? = nil, report: @Sendable (any Error) -> Void = { _ in }
    ) async -> Response {
        do {
            switch route.handler {
            case .fixed(let answer):
                return answer
            case .whole(let handler):
                let bytes = try await body.collect(upTo: route.bodyLimit)
                return try await handler(Request(head: head, parameters: parameters, body: bytes, peer: peer))
            case .streaming(let handler):
                return try await handler(Request(head: head, parameters: parameters), body)
            }
        } catch let refusal as HTTPRefusal {
            return Response(refusal)
        } catch {
            report(error)
            return Response(.internalServerError, text: "Something went wrong here.\n")
        }
    }
}
