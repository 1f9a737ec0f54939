import WebSocket

/// What a loop knows of one connection: plain memory in a slab, about a hundred bytes. Whatever an idle connection does
/// not need (partial messages, waiting bytes, a request under way, TLS) hangs off it and is absent then.
struct ConnectionRecord {
    /// Stands first: the wheel hands back its address, which is the record's.
    var timer = TimerNode()

    let id: ConnectionID
    var descriptor: Int32
    var phase = Phase.http
    var closing = ClosingHandshake.open
    var flags: Flags = []

    /// When the phase began, or the request under way, or the last ping or our close frame went out.
    var since = Tick(count: 0)
    var lastReceived = Tick(count: 0)
    /// Frames the peer may still begin before its allowance must be renewed, and when it last was.
    var framesLeft: UInt32 = 0
    var framesFrom: Tick?

    var firstSubscription = SubscriptionIndex.none
    /// How it ended, for the application: the peer's code, or ours.
    var closeCode = CloseCode.abnormal
    /// The application's own word.
    var context: UInt64 = 0
    var address = PeerAddress.none

    var outbox: Outbox?
    var inbound: Inbound?
    var exchange: HTTPExchange?
    var compression: MessageCompression?
    var tls: TLSSession?

    init(id: ConnectionID, descriptor: Int32) {
        self.id = id
        self.descriptor = descriptor
    }

    enum Phase: UInt8 {
        /// Client: the TCP connection is being made.
        case connecting
        /// Client: the upgrade has been asked for.
        case upgrading
        /// A stream of our own making: the TLS handshake.
        case securing
        /// A stream of our own making: bytes, as they come, for its receiver (`EventLoop+Streams`).
        case stream
        /// Server: reading requests and answering them, or about to become a WebSocket.
        case http
        case webSocket
        /// Nothing more is taken from the peer; once the waiting bytes are out, the connection ends.
        case draining
        /// Our end is closed; what still arrives is discarded until the peer closes its own.
        case lingering
        /// Released at the end of the turn.
        case dead
    }

    struct Flags: OptionSet {
        let rawValue: UInt16
        /// Our role on this connection is the client's.
        static let client = Flags(rawValue: 1 << 0)
        /// epoll tells when it can be written.
        static let watchesWrite = Flags(rawValue: 1 << 1)
        /// epoll does not tell when it can be read: the peer must first take what waits, or be answered.
        static let pausesRead = Flags(rawValue: 1 << 2)
        /// Bytes were queued outside its own event: flush at the end of the turn.
        static let dirty = Flags(rawValue: 1 << 3)
        /// A ping is out and nothing has arrived since.
        static let pinged = Flags(rawValue: 1 << 4)
        /// After draining, wait for the peer's end, so that unread input does not turn our last words into a reset.
        static let lingers = Flags(rawValue: 1 << 5)
        /// Counted among its address's handshakes.
        static let handshaking = Flags(rawValue: 1 << 6)
        /// Registered with epoll.
        static let watched = Flags(rawValue: 1 << 7)
        /// The application was told that it opened, and will be told that it closed.
        static let announced = Flags(rawValue: 1 << 8)
        /// Its deflate parameters are those of the loop's shared compressor, whose published frames it can read.
        static let sharesDeflate = Flags(rawValue: 1 << 9)
        /// A client's connection that belongs to a `StreamReceiver` and not to the application.
        static let stream = Flags(rawValue: 1 << 10)
    }
}

/// The decoder of a connection whose last bytes ended within a message.
final class Inbound {
    var decoder: MessageDecoder

    init(_ decoder: consuming MessageDecoder) {
        self.decoder = decoder
    }
}
