import Reactor
import Synchronization
import WebSocket

/// Between a loop that receives a body and the handler that reads it: starts the handler when the request begins, hands
/// it what arrives, and holds the client back while the handler is behind.
final class StreamedBody: BodyReceiver {
    /// Waits for a handler beside what the loop has just read: so much is in flight on a fast line anyway.
    private static var maxBuffered: ByteCount { .kibibytes(64) }

    private let handle: LoopHandle
    private let answer: @Sendable (RequestBody) async -> Response
    private let source = Mutex<RequestBody.Source?>(nil)

    init(handle: LoopHandle, answer: @escaping @Sendable (RequestBody) async -> Response) {
        self.handle = handle
        self.answer = answer
    }

    func began(_ request: RequestID) {
        let (source, body) = RequestBody.pipe(maxBuffered: Self.maxBuffered) { [handle] in
            handle.resumeBody(request)
        }
        self.source.withLock { $0 = source }
        Task { [handle, answer] in
            handle.respond(request, await answer(body))
        }
    }

    func received(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let source = source.withLock({ $0 }) else { return true }
        return source.push([UInt8](bytes)) == .more
    }

    func ended(complete: Bool) {
        guard let source = source.withLock({ $0 }) else { return }
        // A refusal, because the cause is the client's: it left, or sent too much, or nothing for too long.
        if complete { source.finish() } else { source.fail(HTTPRefusal(.badRequest, "The body broke off.")) }
    }
}
