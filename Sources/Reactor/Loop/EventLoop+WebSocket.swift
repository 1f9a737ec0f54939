package import WebSocket

extension EventLoop {
    // MARK: - Receiving

    func webSocketReceived(
        _ record: UnsafeMutablePointer<ConnectionRecord>, _ bytes: UnsafeMutableRawBufferPointer
    ) {
        let isClient = record.pointee.flags.contains(.client)
        let rules = MessageRules(peer: isClient ? .server : .client, maxMessageBytes: limits.maxMessageBytes)
        if let inbound = record.pointee.inbound {
            decode(&inbound.decoder, rules, record, bytes)
            if inbound.decoder.isIdle || record.pointee.phase != .webSocket { record.pointee.inbound = nil }
            return
        }
        var input = bytes
        var frames = 0
        while input.count > 0, record.pointee.phase == .webSocket {
            switch WholeMessage.take(&input, rules: rules) {
            case .message(let kind, let payload):
                frames &+= 1
                payloadBehindHeader = payload.baseAddress
                app.received(kind, payload, on: Connection(record), loop: self)
            case .invalidText:
                return fail(record, .invalidText)
            case .other:
                countFrames(frames, record)
                return decodeRest(rules, record, input)
            }
        }
        if limits.framesPerSecond > 0 { countFrames(frames, record) }
    }

    /// What is not a whole message: control frames, fragments, compressed messages, and whatever breaks the protocol.
    private func decodeRest(
        _ rules: MessageRules, _ record: UnsafeMutablePointer<ConnectionRecord>,
        _ input: UnsafeMutableRawBufferPointer
    ) {
        var decoder = MessageDecoder()
        decode(&decoder, rules, record, input)
        if !decoder.isIdle, record.pointee.phase == .webSocket { record.pointee.inbound = Inbound(decoder) }
    }

    private func decode(
        _ decoder: inout MessageDecoder, _ rules: MessageRules,
        _ record: UnsafeMutablePointer<ConnectionRecord>, _ bytes: UnsafeMutableRawBufferPointer
    ) {
        var input = bytes
        let compression = record.pointee.compression
        while record.pointee.phase == .webSocket {
            switch decoder.next(&input, rules: rules, compression: compression) {
            case .message(let kind, let payload):
                app.received(kind, payload, on: Connection(record), loop: self)
            case .needMore:
                return countFrames(decoder.takeFrameCount(), record)
            case .ping(let payload):
                // §5.5.2: answered, unless a close frame is out already.
                if record.pointee.closing.isOpen { sendControl(.pong, payload, to: record) }
            case .pong:
                break
            case .close(let code, _):
                return receivedClose(record, code)
            case .failed(let failure):
                return fail(record, failure)
            }
        }
    }

    private func countFrames(_ count: Int, _ record: UnsafeMutablePointer<ConnectionRecord>) {
        guard limits.framesPerSecond > 0, count > 0 else { return }
        if now.since(record.pointee.framesFrom) >= 1000 / Tick.milliseconds {
            record.pointee.framesFrom = now
            record.pointee.frames = 0
        }
        record.pointee.frames &+= UInt32(truncatingIfNeeded: count)
        if record.pointee.frames > UInt32(clamping: limits.framesPerSecond) { fail(record, .tooManyFrames) }
    }

    private func receivedClose(_ record: UnsafeMutablePointer<ConnectionRecord>, _ code: CloseCode) {
        record.pointee.closeCode = code
        switch record.pointee.closing.receivedClose() {
        case .reply:
            sendClose(record, code, "")
            endAfterClose(record)
        case .end:
            endAfterClose(record)
        case .ignore:
            break
        }
    }

    /// Both close frames went their way. The server ends the TCP connection; the client waits for that (§7.1.1).
    private func endAfterClose(_ record: UnsafeMutablePointer<ConnectionRecord>) {
        if record.pointee.flags.contains(.client) {
            record.pointee.flags.insert(.lingers)
        }
        endWhenSent(record)
    }

    /// The peer broke the protocol or a limit: it is told which, and nothing more is read (§7.1.7).
    func fail(_ record: UnsafeMutablePointer<ConnectionRecord>, _ failure: ProtocolFailure) {
        record.pointee.closeCode = failure.code
        if record.pointee.closing.fail() { sendClose(record, failure.code, failure.reason) }
        record.pointee.flags.insert(.lingers)
        endWhenSent(record)
    }

    // MARK: - Sending

    /// Sends a whole message. It goes out with whatever else this connection sends in this turn; if the peer does not
    /// read, it waits, and the connection is closed once too much does (`LoopLimits.sendQueueBytes`).
    package func send(_ kind: MessageKind, _ payload: UnsafeRawBufferPointer, to connection: Connection) {
        let record = connection.record
        guard record.pointee.phase == .webSocket, record.pointee.closing.isOpen else { return }
        if record.pointee.compression != nil, payload.count >= deflatePolicy.minimumMessageBytes {
            return sendCompressed(kind, payload, to: record)
        }
        sendFrame(kind.opcode, payload, to: record)
    }

    private func sendCompressed(
        _ kind: MessageKind, _ payload: UnsafeRawBufferPointer, to record: UnsafeMutablePointer<ConnectionRecord>
    ) {
        deflated.removeAll(keepingCapacity: Self.keptBytes)
        if let compression = record.pointee.compression, compression.deflate(payload, into: &deflated) {
            sendFrame(kind.opcode, UnsafeRawBufferPointer(deflated.bytes), to: record, isCompressed: true)
        } else {
            sendFrame(kind.opcode, payload, to: record)
        }
    }

    /// The same by name; `false` when that connection has ended.
    @discardableResult
    package func send(_ kind: MessageKind, _ payload: UnsafeRawBufferPointer, to id: ConnectionID) -> Bool {
        guard let record = slab[id], record.pointee.phase == .webSocket else { return false }
        send(kind, payload, to: Connection(record))
        return true
    }

    /// Begins the closing handshake; the peer's messages until its answer still arrive. The code must be valid on the
    /// wire, the reason is cut at 123 bytes.
    package func close(_ connection: Connection, _ code: CloseCode, _ reason: String = "") {
        let record = connection.record
        guard record.pointee.phase == .webSocket, record.pointee.closing.close() else { return }
        sendClose(record, code, reason)
        record.pointee.since = now
        armTimer(record)
    }

    @discardableResult
    package func close(_ id: ConnectionID, _ code: CloseCode, _ reason: String = "") -> Bool {
        guard let record = slab[id] else { return false }
        close(Connection(record), code, reason)
        return true
    }

    func sendControl(
        _ opcode: Opcode, _ payload: UnsafeRawBufferPointer, to record: UnsafeMutablePointer<ConnectionRecord>
    ) {
        sendFrame(opcode, payload, to: record)
    }

    private func sendClose(_ record: UnsafeMutablePointer<ConnectionRecord>, _ code: CloseCode, _ reason: String) {
        var body = ByteBuffer()
        ClosePayload.encode(code, reason, into: &body)
        sendFrame(.close, UnsafeRawBufferPointer(body.bytes), to: record)
    }
}
