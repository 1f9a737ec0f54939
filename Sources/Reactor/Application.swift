package import WebSocket

/// What a loop serves. One instance a loop, made on the loop's thread and touched by that thread only, so it needs no
/// locks. The loop calls it through one witness a message (docs/decisions/0005), never once a delivery.
///
/// A `Connection` is valid during the call it is passed to; `Connection.id` may be kept. Calls never nest: what a
/// callback closes is reported after the callback has returned.
package protocol Application: AnyObject {
    /// The loop begins: the place for `loop.every`. Nothing by default.
    func began(loop: EventLoop)

    /// A request head has arrived: what becomes of it.
    func plan(for head: RequestHead, on connection: Connection, loop: EventLoop) -> RequestPlan

    /// A request whose plan was `.collect` is complete. Answer now or later with `loop.respond`, or from any thread
    /// with `LoopHandle.respond`.
    func respond(to head: RequestHead, body: [UInt8], request: RequestID, loop: EventLoop)

    /// A WebSocket connection is open: as a server after its upgrade, as a client after the server's answer.
    func opened(_ connection: Connection, subprotocol: String?, loop: EventLoop)

    /// A whole message. The bytes are valid during the call, and may be changed in place.
    func received(
        _ kind: MessageKind, _ bytes: UnsafeMutableRawBufferPointer, on connection: Connection, loop: EventLoop)

    /// A connection that was `opened` has ended, or one that `connect` began could not be opened. The code is the
    /// peer's, or ours when we failed it; `.abnormal` when it ended without a close frame.
    func closed(_ connection: Connection, code: CloseCode, loop: EventLoop)
}

extension Application {
    package func began(loop: EventLoop) {}
}

/// What becomes of a request.
package enum RequestPlan: Sendable {
    /// A path for WebSockets: the handshake is judged by this policy.
    case upgrade(UpgradePolicy)
    /// Answered from the head alone.
    case respond(Response)
    /// The body (none is fine) is collected up to so many bytes, then `respond(to:…)` is called; a larger one is
    /// answered with 413.
    case collect(maxBytes: Int)
    /// The body is handed on as it arrives; the answer comes through `loop.respond` or `LoopHandle.respond`.
    case stream(any BodyReceiver, maxBytes: Int)
}

/// Takes a request body piece by piece, on the loop's thread.
package protocol BodyReceiver: AnyObject, Sendable {
    /// The request it belongs to, before anything else.
    func began(_ request: RequestID)
    /// `false` asks for a pause, until `LoopHandle.resumeBody`: pieces in flight may still follow.
    func received(_ bytes: UnsafeRawBufferPointer) -> Bool
    /// Nothing follows; `complete` is false when the peer or the body broke off.
    func ended(complete: Bool)
}

/// Names a request for its answer: the connection, and which of its requests.
package struct RequestID: Hashable, Sendable {
    let connection: ConnectionID
    let serial: UInt32
}

/// A connection during a callback.
package struct Connection {
    let record: UnsafeMutablePointer<ConnectionRecord>

    @inline(__always)
    init(_ record: UnsafeMutablePointer<ConnectionRecord>) { self.record = record }

    package var id: ConnectionID { record.pointee.id }
    package var peer: PeerAddress { record.pointee.address }
    package var isSecure: Bool { record.pointee.tls != nil }

    /// A word of the application's own: an index, a tag.
    package var context: UInt64 {
        get { record.pointee.context }
        nonmutating set { record.pointee.context = newValue }
    }

    /// Bytes that wait because the peer does not read.
    package var queuedBytes: Int { record.pointee.outbox?.byteCount ?? 0 }
}
