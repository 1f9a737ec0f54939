import WebSocket

/// A connection's requests, as far as they outlast one read: the head that is incomplete, the body that arrives, the
/// answer that is awaited, and what was pipelined behind it. Also the opening handshake of a client.
final class HTTPExchange {
    enum State {
        case readingHead
        case readingBody
        /// The request is complete and with the application.
        case answering
    }

    var state = State.readingHead
    /// Received and, from `taken` on, not used up yet.
    var input = ByteBuffer()
    /// Bytes of `input` that are used up; moved out once `EventLoop.advance` is through, not for every request.
    var taken = 0
    var parser = RequestHeadParser()
    /// The request under way.
    var head: RequestHead?
    /// Counts requests, so that a late answer does not go to the next one.
    var serial: UInt32 = 0
    var body = BodyDecoder(.none, limitBytes: 0)
    var collected: [UInt8] = []
    var receiver: (any BodyReceiver)?
    /// The receiver asked for a pause.
    var isPaused = false
    /// `EventLoop.advance` is at work on it: an answer given meanwhile is picked up there.
    var isAdvancing = false

    /// Client role: what was asked for, until the server has answered.
    var opening: ClientUpgrade?
    var security: TLSPeer?
    var responseParser = ResponseHeadParser()

    init() {}

    /// A request is with the application, or on its way there.
    var isBusy: Bool { state != .readingHead }

    /// What is not used up yet.
    var rest: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(rebasing: input.bytes[taken...]) }

    /// Forgets what is used up. Nothing left: nothing kept, because an idle connection owns no buffer.
    func compact() {
        if taken == input.count {
            input.removeAll()
        } else {
            input.removeFirst(taken)
        }
        taken = 0
    }

    /// Ready for the next request of the connection.
    func finishRequest() {
        state = .readingHead
        parser = RequestHeadParser()
        head = nil
        serial &+= 1
        collected = []
        receiver = nil
        isPaused = false
    }
}
