import CLinux
import Glibc
import WebSocket

/// One thread's share of the server: its own epoll, listeners, connections and subscriptions. **What belongs to a loop
/// is touched by that loop only**; the one door for others is its mailbox (`LoopHandle`).
///
/// A turn: wait for events, deal with each (one read, its messages, one write), take the mail, fire timers, write what
/// was published and queued, and only then release the connections that ended. So an address of a record stays valid
/// throughout a turn, whatever callbacks do.
///
/// The parts are in files of their own: accepting, reading, HTTP, WebSocket, writing, ending, timers, topics.
package final class EventLoop {
    package let app: any Application
    package let limits: LoopLimits
    let epoll: Epoll
    let handle: LoopHandle
    let addresses: AddressTable
    var listeners: [Listener]
    /// Some listener is not watched for a moment.
    var restingListeners = false

    var slab = Slab()
    var wheel: TimerWheel
    var topics = TopicTable()
    var now: Tick
    private let epoch: timespec

    /// The one receive buffer. Messages are decoded in it.
    let receiveBuffer: UnsafeMutableRawBufferPointer
    /// Where the payload begins that the application is being given, if it lies behind its frame's header in the
    /// receive buffer: that header has done its duty, and its place may be written.
    var payloadBehindHeader: UnsafeMutableRawPointer?
    /// Decrypted bytes, while `receiveBuffer` holds the encrypted ones. Made with the first TLS connection.
    var plaintext = ByteBuffer()
    let tlsPipe: TLSPipe

    /// What the connection whose event is being dealt with will send, in one call.
    var cork = ByteBuffer()
    var corked: UnsafeMutablePointer<ConnectionRecord>?
    /// Frames and compressed payloads on their way elsewhere.
    var scratch = ByteBuffer()
    var deflated = ByteBuffer()

    /// What the application does again and again.
    var routines: [Routine] = []
    /// Connections of our own making that are not WebSockets, and who waits for names to be resolved.
    var streams: [ConnectionID: ByteStream] = [:]
    var resolutions: [UInt64: Resolution] = [:]
    var lastResolution: UInt64 = 0
    var alarms: [Alarm] = []
    /// What it does once this turn's events are dealt with.
    var endings: [(EventLoop) -> Void] = []
    var dirtyRecords: [ConnectionID] = []
    var dirtyTopics: [TopicIndex] = []
    var ended: [UnsafeMutablePointer<ConnectionRecord>] = []

    let deflatePolicy: DeflatePolicy
    /// Compressors that forget after each message, by what was agreed: at most one for each pair of window sizes.
    var sharedCompressions: [DeflateParameters: MessageCompression] = [:]
    /// What published messages are compressed with.
    let publishing: MessageCompression

    var figures = LoopFigures()
    /// Accepted connections that have not finished their handshake.
    var handshakesUnderWay = 0
    var tlsStepsThisTurn = 0

    var masks = MaskSource()
    /// Why connections of the client's role were closed, as their servers said, until the application has heard of it.
    var closeReasons: [ConnectionID: String] = [:]
    var isStopping = false
    /// The application is being told of connections that ended.
    var isReporting = false
    private var stopAt: Tick?
    let reserve: DescriptorReserve
    private var mail: [LoopMail] = []

    /// Made on its own thread by `LoopGroup`.
    init(
        handle: LoopHandle, listeners: [Listener], addresses: AddressTable, reserve: DescriptorReserve,
        limits: LoopLimits,
        deflate: DeflatePolicy, makeApp: (LoopHandle) -> any Application
    ) throws(ReactorError) {
        self.handle = handle
        self.listeners = listeners
        self.addresses = addresses
        self.reserve = reserve
        self.limits = limits
        deflatePolicy = deflate
        publishing = MessageCompression(deflate.publishing, role: .server, policy: deflate)
        epoll = try Epoll()
        tlsPipe = try TLSPipe()
        epoch = Self.monotonic()
        now = Tick(count: 0)
        wheel = TimerWheel(now: now)
        receiveBuffer = .allocate(byteCount: limits.receiveBytes, alignment: 64)
        cork.reserve(Self.corkBytes)
        app = makeApp(handle)
        guard epoll.add(handle.mailbox.descriptor, token: Token.mailbox, .read) else {
            throw ReactorError(.system, "epoll_ctl", errno)
        }
        for (index, listener) in listeners.enumerated() {
            guard epoll.add(listener.descriptor, token: Token.listener(index), .read) else {
                throw ReactorError(.system, "epoll_ctl", errno)
            }
        }
    }

    deinit {
        receiveBuffer.deallocate()
        for listener in listeners { listener.close() }
    }

    /// Corked bytes are sent when this many wait.
    static var corkBytes: Int { 64 << 10 }
    /// Kept of a loop's own buffers between two uses; what a larger message needed more goes back.
    static var keptBytes: Int { 256 << 10 }

    /// epoll's tokens of what is not a connection: generation 0.
    enum Token {
        static var mailbox: UInt64 { 1 << 31 }
        static func listener(_ index: Int) -> UInt64 { UInt64(index) }
    }

    /// Runs until stopped and every connection has ended, or the time for that is over.
    func run() {
        app.began(loop: self)
        while !isFinished { turn() }
        finish()
    }

    private func turn() {
        let count = epoll.wait(milliseconds: waitMilliseconds())
        now = currentTick()
        for index in 0..<count {
            let token = epoll.token(index)
            let id = ConnectionID(token: token)
            if id.generation == 0 {
                if token == Token.mailbox { takeMail() } else { acceptConnections(Int(id.slot)) }
            } else if let record = slab[id] {
                dispatch(record, epoll.readiness(index))
            }
        }
        fireTimers()
        fireRoutines()
        fireAlarms()
        if !endings.isEmpty { endTurn() }
        flushTopics()
        flushDirty()
        releaseEnded()
    }

    @inline(__always)
    private func dispatch(_ record: UnsafeMutablePointer<ConnectionRecord>, _ readiness: Readiness) {
        if readiness.contains(.write) { writable(record) }
        // A broken connection tells what is wrong when it is read.
        if !readiness.isDisjoint(with: [.read, .broken]) { readable(record) }
    }

    private func waitMilliseconds() -> Int32 {
        guard ended.isEmpty, dirtyTopics.isEmpty, dirtyRecords.isEmpty else { return 0 }
        // A second; a tick while stopping or while a listener rests, because no timer tells when either is over.
        let watches = isStopping || restingListeners
        let toRoutine = ticksToRoutine()
        let bound = watches ? 1 : min(toRoutine ?? 20, 20)
        guard let ticks = wheel.ticksToNext(limit: bound) else {
            return watches || toRoutine != nil ? Int32(bound * Tick.milliseconds) : -1
        }
        return Int32(ticks * Tick.milliseconds)
    }

    // MARK: - Mail

    private func takeMail() {
        handle.mailbox.take(&mail)
        for letter in mail { deliver(letter) }
        mail.removeAll(keepingCapacity: mail.count <= 4096)
    }

    private func deliver(_ letter: LoopMail) {
        switch letter {
        case .run(let body):
            body(self)
        case .publish(let topic, let message):
            publish(message.kind, message.bytes, toTopicNamed: topic)
        case .respond(let request, let response):
            respond(request, response)
        case .resumeBody(let request):
            resumeBody(request)
        case .reload(let contexts):
            // A loop that stops has no listeners any more.
            for (index, context) in contexts where index < listeners.count { listeners[index].tls = context }
        case .stopAccepting:
            closeListeners()
        case .stop(let limit):
            beginStop(limit)
        }
    }

    // MARK: - Stopping

    /// Stops accepting and asks every peer to go; what is still there after `limit` is cut off.
    private func beginStop(_ limit: Duration) {
        guard !isStopping else { return }
        isStopping = true
        stopAt = now.after(limit)
        closeListeners()
        slab.forEach { record in askToGo(record) }
    }

    private func closeListeners() {
        for listener in listeners { listener.close() }
        listeners = []
    }

    private var isFinished: Bool {
        guard isStopping else { return false }
        if slab.count == 0 { return true }
        return stopAt.map { now.isAtOrAfter($0) } ?? false
    }

    private func finish() {
        handle.mailbox.shut()
        slab.forEach { record in drop(record, .goingAway) }
        releaseEnded()
    }

    // MARK: - Time

    private static func monotonic() -> timespec {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time
    }

    /// For the `Date` field of responses.
    func wallClock() -> HTTPDate { HTTPDate(secondsSinceEpoch: time(nil)) }

    private func currentTick() -> Tick {
        let time = Self.monotonic()
        return Tick(milliseconds: (time.tv_sec - epoch.tv_sec) * 1000 + (time.tv_nsec - epoch.tv_nsec) / 1_000_000)
    }
}
