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
    /// Received and not used up yet.
    var input = ByteBuffer()
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
    var responseParser = ResponseHeadParser()

    init() {}

    /// A request is with the application, or on its way there.
    var isBusy: Bool { state != .readingHead }

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
